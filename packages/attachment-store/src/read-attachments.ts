import type { AttachmentReader } from './attachment.ts';
import { findGenerations, servedGeneration } from './find-generations.ts';
import { generationFolder } from './layout.ts';
import type { ObjectReader } from './objects/object-store.ts';

/** Reads attachments over whatever holds the objects. */
export function createAttachmentReader(objects: ObjectReader): AttachmentReader {
  return {
    async find(id, options) {
      return servedGeneration(await findGenerations(objects, id, options))?.attachment ?? null;
    },
    async open(id, range, options) {
      const served = servedGeneration(await findGenerations(objects, id, options));
      if (served === undefined) return null;
      const content = await objects.open(`${generationFolder(served)}content`, range, options);
      return content === null ? null : { attachment: served.attachment, content };
    },
    check: objects.check,
    close: objects.close,
  };
}
