/** The certificate of a mail server on this machine, for tests alone; nothing else trusts it. Ends in a century. */
export const localhostCertificate = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUT4p2NIfe1W8Na/URe2F03j1rANswCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzIxMTk1MFoYDzIxMjYxMDMw
MjExOTUwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASQQac47OgKs67kuEKnHQuBNbFUxvSKQgYcZIgoG8C4808M+KxFFnZ/
s7lcyVbozkTQnCSLGRhrxG1Wne1aAF+6o28wbTAdBgNVHQ4EFgQUsYivbpvuE0UT
Qfw5D8YmUJaqa1gwHwYDVR0jBBgwFoAUsYivbpvuE0UTQfw5D8YmUJaqa1gwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgWZbnOZCvkvGWYnZ588vVqEW/Rk6OLWXphiv7+LRjUIwCIQCr
m1BVdgbEtoaNfV1Pnb07xedlhMBErqxYt+RQIz/KCA==
-----END CERTIFICATE-----
`;

/** Its key, which protects nothing. */
export const localhostKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgnqbEod4bkQOE9Quh
wg5uMaJIJKaegzZib6LUhXg/PLmhRANCAASQQac47OgKs67kuEKnHQuBNbFUxvSK
QgYcZIgoG8C4808M+KxFFnZ/s7lcyVbozkTQnCSLGRhrxG1Wne1aAF+6
-----END PRIVATE KEY-----
`;
