import type { InboxItem } from '../domain/inbox-item.ts';
import { deliveryFrame } from '../domain/sse-frame.ts';
import type { Reader } from './reader-rights.ts';

/** The frame of an item for one reader, or null where it may not be shown. */
export type RenderFrame = (item: InboxItem, reader: Reader, epoch: number) => Buffer | null;

interface RenderedFrame {
  readonly version: number;
  readonly frame: Buffer | null;
}

/**
 * Renders each item once per reader, however many streams that reader has open, and again when its rights changed.
 * What is rendered lives as long as the item is kept.
 */
export function createFrameRenderer(
  showItem: (item: InboxItem, reader: Reader) => string | null,
): RenderFrame {
  const frames = new WeakMap<InboxItem, Map<Reader, RenderedFrame>>();
  return (item, reader, epoch) => {
    const byReader = frames.get(item) ?? new Map<Reader, RenderedFrame>();
    frames.set(item, byReader);
    const known = byReader.get(reader);
    if (known !== undefined && known.version === reader.version) return known.frame;
    const json = showItem(item, reader);
    const frame = json === null ? null : Buffer.from(deliveryFrame({ epoch, number: item.number }, json));
    byReader.set(reader, { version: reader.version, frame });
    return frame;
  };
}
