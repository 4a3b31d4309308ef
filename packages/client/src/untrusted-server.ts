import { isRecord } from './problem.ts';

/** What is wrong with a certificate. */
export type CertificateFault =
  | 'self-signed'
  | 'unknown-authority'
  | 'other-name'
  | 'expired'
  | 'not-yet-valid'
  | 'revoked';

const faults: Readonly<Record<string, CertificateFault>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-authority',
  CERT_UNTRUSTED: 'unknown-authority',
  CERT_SIGNATURE_FAILURE: 'unknown-authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'other-name',
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  CERT_REVOKED: 'revoked',
};

/** Whoever answers at an address cannot prove to be it. Nothing was sent there, and waiting does not mend it. */
export class UntrustedServer extends Error {
  override readonly name = 'UntrustedServer';
  readonly host: string;
  readonly fault: CertificateFault;

  constructor(host: string, fault: CertificateFault, cause: unknown) {
    super(`the certificate of ${host} is not to be trusted: ${fault}`, { cause });
    this.host = host;
    this.fault = fault;
  }
}

/** Tells a failed request whose server showed a bad certificate from any other. Browsers do not say. */
export function untrustedServer(error: unknown, url: URL): UntrustedServer | undefined {
  for (let cause = error, depth = 0; isRecord(cause) && depth < 5; cause = cause.cause, depth += 1) {
    const fault = typeof cause.code === 'string' ? faults[cause.code] : undefined;
    if (fault !== undefined) return new UntrustedServer(url.host, fault, error);
  }
  return undefined;
}
