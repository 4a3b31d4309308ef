import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  attachmentStoreProblems,
  attachmentStoreSettingsShape,
  readAttachmentStoreSettings,
} from './settings.ts';

const parse = (env: object, profile = 'production') => ({
  ...z.object(attachmentStoreSettingsShape).parse(env),
  CHAPPE_PROFILE: profile,
});
const s3 = {
  ATTACHMENTS_STORE: 's3',
  ATTACHMENTS_S3_BUCKET: 'evidence',
  ATTACHMENTS_S3_ACCESS_KEY_ID: 'ingest',
  ATTACHMENTS_S3_SECRET_ACCESS_KEY: 'long-random',
};
const faults = (env: object, profile?: string) =>
  attachmentStoreProblems(parse(env, profile)).map(({ path }) => path[0]);

describe('the settings of the store', () => {
  it('may be absent', () => {
    expect(readAttachmentStoreSettings(parse({}))).toBeUndefined();
  });

  it('name what each kind of storage needs', () => {
    expect(faults({ ATTACHMENTS_STORE: 'disk' })).toEqual(['ATTACHMENTS_DIRECTORY']);
    expect(faults({ ATTACHMENTS_STORE: 's3' })).toEqual([
      'ATTACHMENTS_S3_BUCKET',
      'ATTACHMENTS_S3_ACCESS_KEY_ID',
      'ATTACHMENTS_S3_SECRET_ACCESS_KEY',
    ]);
    expect(faults({ ...s3, ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE: '/x' })).toEqual([
      'ATTACHMENTS_S3_SECRET_ACCESS_KEY',
    ]);
    expect(faults(s3)).toEqual([]);
  });

  it('speak http only to this machine, and only in the demonstration', () => {
    const at = (endpoint: string) => ({ ...s3, ATTACHMENTS_S3_ENDPOINT: endpoint });
    expect(faults(at('https://s3.example'))).toEqual([]);
    expect(faults(at('http://127.0.0.1:9000'))).toEqual(['ATTACHMENTS_S3_ENDPOINT']);
    expect(faults(at('http://127.0.0.1:9000'), 'demonstration')).toEqual([]);
    expect(faults(at('http://10.0.0.1:9000'), 'demonstration')).toEqual(['ATTACHMENTS_S3_ENDPOINT']);
    expect(faults(at('http://127.0.0.1.example'), 'demonstration')).toEqual(['ATTACHMENTS_S3_ENDPOINT']);
  });

  it('refuse a relative directory and a secret that cannot be read, without telling it', () => {
    expect(() => parse({ ATTACHMENTS_STORE: 'disk', ATTACHMENTS_DIRECTORY: 'here' })).toThrow('absolute');
    const { ATTACHMENTS_S3_SECRET_ACCESS_KEY: _given, ...rest } = s3;
    const env = parse({ ...rest, ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE: '/nowhere/secret' });
    expect(() => readAttachmentStoreSettings(env)).toThrow(
      'ATTACHMENTS_S3_SECRET_ACCESS_KEY_FILE cannot be read',
    );
  });
});
