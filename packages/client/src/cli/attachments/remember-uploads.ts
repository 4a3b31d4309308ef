import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { UploadIdentity, UploadMemory } from '../../attachments/upload-attachment.ts';
import { isRecord, parseJson } from '../../problem.ts';
import { configFolder, writePrivately } from '../profiles/profile-file.ts';
import { lookAt } from './look-at-path.ts';

/** The server forgets an upload long before. */
const longestKeptMs = 7 * 24 * 3_600_000;

/**
 * Remembers uploads in the folder of the profiles, a file per upload that only its owner can read, so that the same
 * command typed again goes on where the last one broke off. A file names neither what is uploaded nor to whom.
 */
export function rememberUploads(env: Readonly<Record<string, string | undefined>>): UploadMemory {
  const folder = join(configFolder(env), 'uploads');
  const fileOf = ({ url, uploader, sha256, mediaType }: UploadIdentity): string => {
    const identity = [new URL(url).origin, uploader, sha256, mediaType].join('\n');
    return join(folder, `${createHash('sha256').update(identity).digest('hex')}.json`);
  };
  return {
    async find(upload) {
      await removeOld(folder);
      const text = await readFile(fileOf(upload), 'utf8').catch(() => '');
      const kept = parseJson(text);
      return isRecord(kept) && typeof kept.upload === 'string' ? kept.upload : undefined;
    },
    keep: (upload, name) => writePrivately(fileOf(upload), `${JSON.stringify({ upload: name })}\n`),
    forget: (upload) => rm(fileOf(upload), { force: true }),
  };
}

async function removeOld(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const file = join(folder, name);
    const found = await lookAt(file);
    if (found !== undefined && Date.now() - found.mtimeMs > longestKeptMs) await rm(file, { force: true });
  }
}
