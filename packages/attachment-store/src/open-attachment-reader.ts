import type { AttachmentReader } from './attachment.ts';
import { openDiskObjectReader } from './objects/disk-objects.ts';
import { openS3ObjectReader } from './objects/s3-objects.ts';
import { createAttachmentReader } from './read-attachments.ts';
import type { AttachmentStoreSettings } from './settings.ts';

/** Opens the store for reading alone; nothing is contacted before the first look-up. */
export function openAttachmentReader(settings: AttachmentStoreSettings): AttachmentReader {
  return createAttachmentReader(
    settings.store === 'disk' ? openDiskObjectReader(settings.directory) : openS3ObjectReader(settings),
  );
}
