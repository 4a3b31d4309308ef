import type { AttachmentId, ReadOptions } from './attachment.ts';
import { findGenerations, type KeptGeneration } from './find-generations.ts';
import { entryName, folders, generationFolder } from './layout.ts';
import type { ObjectStore } from './objects/object-store.ts';

/** A file as a message names it. */
export interface NamedAttachment extends AttachmentId {
  readonly sizeBytes: number;
  readonly mediaType: string;
}

/** Whether a message may name a file. */
export type AttachOutcome =
  | 'attachable'
  | 'absent'
  /** It is there with another size or media type. */
  | 'differs'
  | 'scan-refused'
  | 'scan-pending';

/** Under which conditions files are attached. */
export interface AttachConditions {
  readonly acceptUnscanned: boolean;
}

/** What could become of naming a file in a message, without any effect. */
export async function judgeAttachment(
  objects: ObjectStore,
  named: NamedAttachment,
  messageId: string,
  conditions: AttachConditions,
  options?: ReadOptions,
): Promise<AttachOutcome> {
  return (await chooseCopy(objects, named, messageId, conditions, options)).outcome;
}

/**
 * Marks a file as named by a message, so that it is never swept. To be done before the message is published; doing it
 * again, or without publishing, harms nothing. The mark is set first and the sweeper's is looked for afterwards; the
 * sweeper does the reverse; so they cannot miss each other both.
 */
export async function attachFile(
  objects: ObjectStore,
  named: NamedAttachment,
  messageId: string,
  conditions: AttachConditions,
  options?: ReadOptions,
): Promise<AttachOutcome> {
  const { outcome, copy } = await chooseCopy(objects, named, messageId, conditions, options);
  if (copy === undefined) return outcome;
  if (copy.attachedTo.includes(messageId)) return 'attachable';
  const mark = `${generationFolder(copy)}attached.${messageId}`;
  await objects.create(mark, Buffer.alloc(0), options);
  const after = await findGenerations(objects, named, options);
  const isStillThere = after.some((each) => each.generation === copy.generation && !each.isDoomed);
  if (!isStillThere) {
    await objects.remove(mark);
    return 'absent';
  }
  await objects.remove(`${folders.fresh}${entryName(copy)}`);
  return 'attachable';
}

async function chooseCopy(
  objects: ObjectStore,
  named: NamedAttachment,
  messageId: string,
  { acceptUnscanned }: AttachConditions,
  options: ReadOptions | undefined,
): Promise<{ outcome: AttachOutcome; copy?: KeptGeneration }> {
  const alive = (await findGenerations(objects, named, options)).filter(({ isDoomed }) => !isDoomed);
  if (alive.length === 0) return { outcome: 'absent' };
  const fitting = alive.filter(
    ({ attachment }) => attachment.sizeBytes === named.sizeBytes && attachment.mediaType === named.mediaType,
  );
  // A repetition of a message is answered as the message was, whatever a scanner has said since.
  const repeated = fitting.find(({ attachedTo }) => attachedTo.includes(messageId));
  if (repeated !== undefined) return { outcome: 'attachable', copy: repeated };
  if (fitting.length === 0) return { outcome: 'differs' };
  // The bytes are the same: what a scanner refused of one copy is refused of all.
  if (alive.some(({ attachment }) => attachment.scan === 'REFUSED')) return { outcome: 'scan-refused' };
  const cleared = fitting.filter(({ attachment }) => attachment.scan !== 'PENDING' || acceptUnscanned);
  const copy = cleared.find(({ attachedTo }) => attachedTo.length > 0) ?? cleared.at(-1);
  return copy === undefined ? { outcome: 'scan-pending' } : { outcome: 'attachable', copy };
}
