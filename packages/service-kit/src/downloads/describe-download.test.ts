import { parse } from 'content-disposition';
import { describe, expect, it } from 'vitest';
import { type DownloadFile, downloadHeaders } from './describe-download.ts';

const file: DownloadFile = {
  fileName: 'quay.png',
  mediaType: 'image/png',
  sizeBytes: 1_000,
  sha256: 'ab'.repeat(32),
};
const headersOf = (change: Partial<DownloadFile>) =>
  downloadHeaders({ ...file, ...change }, { status: 'whole' });

describe('the headers of a download', () => {
  it('let nothing of it run in the reader’s browser', () => {
    expect(headersOf({})).toEqual({
      'content-type': 'image/png',
      'content-disposition': 'attachment; filename=quay.png',
      'content-length': '1000',
      'accept-ranges': 'bytes',
      etag: `"${'ab'.repeat(32)}"`,
      'repr-digest': `sha-256=:${Buffer.from('ab'.repeat(32), 'hex').toString('base64')}:`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
  });

  it.each([
    'text/html',
    'image/svg+xml',
    'application/xhtml+xml',
    'text/javascript',
    'application/pdf',
    'x/y',
  ])('call %s bytes', (mediaType) => {
    expect(headersOf({ mediaType })['content-type']).toBe('application/octet-stream');
  });

  it('say which part it is', () => {
    expect(downloadHeaders(file, { status: 'part', first: 10, last: 19 })).toMatchObject({
      'content-range': 'bytes 10-19/1000',
      'content-length': '10',
    });
  });

  it.each([
    ['été.pdf', 'été.pdf'],
    ['паспорт.pdf', 'паспорт.pdf'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Users\\x.txt', 'C__Users_x.txt'],
    ['.bashrc', 'bashrc'],
    ['"; filename="evil.exe', '_; filename=_evil.exe'],
    ['line\r\nset-cookie: a=b.txt', 'lineset-cookie_ a=b.txt'],
    ['invoice\u202Efdp.exe', 'invoicefdp.exe'],
    ['...', 'attachment'],
  ])('carry the name %j as %j', (fileName, expected) => {
    const header = headersOf({ fileName })['content-disposition'] ?? '';
    expect(header).toMatch(/^attachment; [\x20-\x7e]+$/);
    expect(parse(header).parameters.filename).toBe(expected);
  });
});
