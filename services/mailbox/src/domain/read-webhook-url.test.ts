import { describe, expect, it } from 'vitest';
import { readWebhookUrl, type UrlBounds } from './read-webhook-url.ts';

const strict: UrlBounds = {
  mayBePlain: () => false,
  mayUsePort: (port: number) => port === 443 || port === 8443,
};
const codeOf = (text: string, bounds = strict) => {
  const read = readWebhookUrl(text, bounds);
  return read.status === 'usable' ? 'usable' : read.code;
};

describe('reading the address of a webhook', () => {
  it.each([
    'https://hooks.partner.example/chappe?tenant=1',
    'https://hooks.partner.example:8443/',
    'https://xn--bcher-kva.example/hook',
    'https://192.0.2.1/hook',
    'https://[2001:db8::1]/hook',
  ])('takes %s; what it resolves to is judged elsewhere', (text) => {
    expect(codeOf(text)).toBe('usable');
  });

  it.each([
    ['http://hooks.partner.example/', 'not-https'],
    ['ftp://hooks.partner.example/', 'not-https'],
    ['file:///etc/passwd', 'not-https'],
    ['gopher://127.0.0.1:70/_', 'not-https'],
    ['javascript:alert(1)', 'not-https'],
    ['//hooks.partner.example/', 'not-https'],
    ['https:hooks.partner.example/', 'host-form'],
    ['https:///hooks.partner.example/', 'host-form'],
    ['https://user@hooks.partner.example/', 'userinfo'],
    ['https://hooks.partner.example@127.0.0.1/', 'userinfo'],
    ['https://hooks.partner.example:443@127.0.0.1/', 'userinfo'],
    ['https://hooks.partner.example\\@127.0.0.1/', 'form'],
    ['https://hooks.partner.example/#@127.0.0.1', 'form'],
    ['https://hooks.partner.example/a b', 'form'],
    ['https://hooks.partner.example/\t', 'form'],
    ['https://127.1/', 'host-form'],
    ['https://0177.0.0.1/', 'host-form'],
    ['https://0x7f.0.0.1/', 'host-form'],
    ['https://0x7f000001/', 'host-form'],
    ['https://2130706433/', 'host-form'],
    ['https://017700000001/', 'host-form'],
    ['https://127.0.0.1./', 'host-form'],
    ['https://hooks.partner.example./', 'host-form'],
    ['https://HOOKS.partner.example/', 'host-form'],
    ['https://b\u00fccher.example/', 'form'],
    ['https://127.0.0.1%2f.partner.example/', 'host-form'],
    ['https://%31%32%37.0.0.1/', 'host-form'],
    ['https://\u2460\u2461\u2466.0.0.1/', 'form'],
    ['https://[::ffff:127.0.0.1]/', 'host-form'],
    ['https://[0:0:0:0:0:0:0:1]/', 'host-form'],
    ['https://[fe80::1%25eth0]/', 'host-form'],
    ['https://hooks..example/', 'host-form'],
    ['https://-hooks.example/', 'host-form'],
    ['https://hooks.partner.example:22/', 'port'],
    ['https://hooks.partner.example:80/', 'port'],
    ['https://hooks.partner.example:99999/', 'host-form'],
    [`https://hooks.partner.example/${'a'.repeat(2_000)}`, 'form'],
    ['', 'not-https'],
  ])('refuses %s: %s', (text, code) => {
    expect(codeOf(text === '' ? 'x' : text)).toBe(code);
  });

  it('lets plain HTTP and other ports be only where the operator said so', () => {
    const loose = { mayBePlain: (host: string) => host === '127.0.0.1', mayUsePort: () => true };
    expect(codeOf('http://127.0.0.1:4999/hook', loose)).toBe('usable');
    expect(codeOf('http://127.0.0.2:4999/hook', loose)).toBe('not-https');
  });
});
