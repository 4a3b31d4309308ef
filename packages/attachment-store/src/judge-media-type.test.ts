import { describe, expect, it } from 'vitest';
import { defaultMediaTypes, judgeMediaType } from './judge-media-type.ts';

const judge = (declared: string, head: Buffer | string) =>
  judgeMediaType(declared, typeof head === 'string' ? Buffer.from(head, 'latin1') : head, defaultMediaTypes);

describe('the first bytes of a file', () => {
  it.each([
    ['application/pdf', '%PDF-1.7\n'],
    ['image/jpeg', '\xff\xd8\xff\xe0'],
    ['image/png', '\x89PNG\r\n\x1a\n'],
    ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'PK\x03\x04\x14\0'],
    ['application/msword', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
    ['video/mp4', '\0\0\0\x18ftypisom'],
    ['audio/amr', '#!AMR\n'],
    ['text/plain', Buffer.from('Un été à Djibouti.\r\n')],
    ['text/plain', ''],
    ['text/csv', 'a;b\r\n1;2\r\n'],
    ['application/json', '{"a":1}'],
  ])('may be those of %s', (declared, head) => {
    expect(judge(declared, head)).toBeNull();
  });

  it.each([
    ['image/png', '%PDF-1.7\n', 'type-differs'],
    ['application/pdf', 'PK\x03\x04', 'type-differs'],
    ['application/pdf', '', 'type-differs'],
    ['text/plain', 'a\0b', 'type-differs'],
    ['text/plain', '#!/bin/sh\n', 'executable'],
    ['text/plain', Buffer.from('\uFEFF#!/bin/sh\n'), 'executable'],
    ['application/zip', 'MZ\x90\0\x03\0\0\0', 'executable'],
    ['application/pdf', '\x7fELF\x02\x01', 'executable'],
    ['image/png', '\xca\xfe\xba\xbe\0\0\0\x34', 'executable'],
    ['text/html', '<html>', 'type-not-allowed'],
    ['image/svg+xml', '<svg>', 'type-not-allowed'],
    ['application/octet-stream', 'x', 'type-not-allowed'],
  ])('are not those of %s', (declared, head, refusal) => {
    expect(judge(declared, head)).toBe(refusal);
  });
});
