import type { AttachmentId, ReadOptions, ScanState, StoredAttachment } from './attachment.ts';
import { type AttachmentRecord, mostRecordBytes, parseAttachmentRecord } from './attachment-record.ts';
import { fileFolder, type Generation, isSha256, uploaderKey } from './layout.ts';
import type { ObjectReader } from './objects/object-store.ts';

/** A copy that is whole, with all that stands beside its bytes. */
export interface KeptGeneration extends Generation {
  readonly attachment: StoredAttachment;
  readonly attachedTo: readonly string[];
  /** About to be swept: nothing may be attached to it any more. */
  readonly isDoomed: boolean;
}

const attachedPrefix = 'attached.';

/** The whole copies of a file, the oldest first; doomed ones are told as such. */
export async function findGenerations(
  objects: ObjectReader,
  id: AttachmentId,
  options?: ReadOptions,
): Promise<KeptGeneration[]> {
  if (!isSha256(id.sha256)) return [];
  const folder = fileFolder(id);
  const namesByGeneration = new Map<string, Set<string>>();
  for await (const { key } of objects.list(folder, options)) {
    const [generation = '', name = ''] = key.slice(folder.length).split('/');
    namesByGeneration.set(generation, (namesByGeneration.get(generation) ?? new Set()).add(name));
  }
  const whole = [...namesByGeneration].filter(([, names]) => names.has('meta') && names.has('content'));
  const found = await Promise.all(
    whole.map(async ([generation, names]): Promise<KeptGeneration | null> => {
      const bytes = await objects.read(`${folder}${generation}/meta`, mostRecordBytes, options);
      // Swept between the list and the reading.
      if (bytes === null) return null;
      const record = parseAttachmentRecord(bytes);
      if (record.uploader !== id.uploader || record.sha256 !== id.sha256) return null;
      return {
        uploaderKey: uploaderKey(id.uploader),
        sha256: id.sha256,
        generation,
        attachment: attachmentOf(record, names),
        attachedTo: [...names]
          .filter((name) => name.startsWith(attachedPrefix))
          .map((name) => name.slice(attachedPrefix.length)),
        isDoomed: names.has('doomed'),
      };
    }),
  );
  return found
    .filter((each) => each !== null)
    .sort((a, b) => a.attachment.storedAtMs - b.attachment.storedAtMs);
}

/** The copy that readers get: one that is attached, else the newest, which is swept last. */
export function servedGeneration(generations: readonly KeptGeneration[]): KeptGeneration | undefined {
  const alive = generations.filter(({ isDoomed }) => !isDoomed);
  const served = alive.find(({ attachedTo }) => attachedTo.length > 0) ?? alive.at(-1);
  // The bytes are the same: what a scanner refused of one copy is refused of all.
  const isRefused = alive.some(({ attachment }) => attachment.scan === 'REFUSED');
  if (served === undefined || !isRefused) return served;
  return { ...served, attachment: { ...served.attachment, scan: 'REFUSED' } };
}

function attachmentOf(record: AttachmentRecord, names: ReadonlySet<string>): StoredAttachment {
  const { uploader, sha256, sizeBytes, mediaType, storedAtMs } = record;
  return { uploader, sha256, sizeBytes, mediaType, storedAtMs, scan: scanState(record, names) };
}

/** Two scanners that disagree: the refusal counts. */
function scanState({ scanRequired }: AttachmentRecord, names: ReadonlySet<string>): ScanState {
  if (names.has('scan.refused')) return 'REFUSED';
  if (names.has('scan.clean')) return 'CLEAN';
  return scanRequired ? 'PENDING' : 'NOT_REQUIRED';
}
