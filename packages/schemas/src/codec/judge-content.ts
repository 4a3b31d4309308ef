import type { RecordByName } from '../generated/records.ts';
import { bodyOf } from '../message-body.ts';
import type { RecordName } from '../record-names.ts';

/** Whether a readable record means what this release can act on, comes from a newer one, or contradicts itself. */
export type ContentVerdict = 'known' | 'newer' | 'contradictory';

const judges: { [N in RecordName]: (value: RecordByName[N]) => ContentVerdict } = {
  Message: judgeMessage,
  Decision: (decision) => (decision.kind === 'UNKNOWN' ? 'newer' : 'known'),
  Delivery: (delivery) => {
    if (delivery.kind === 'UNKNOWN') return 'newer';
    return delivery.message === null ? 'known' : judgeMessage(delivery.message);
  },
  Receipt: (receipt) => (receipt.type === 'UNKNOWN' ? 'newer' : 'known'),
  AuditEntry: () => 'known',
  DirectoryRecord: (record) => (record.kind === 'UNKNOWN' ? 'newer' : 'known'),
};

/** Judges a decoded record by its kind. */
export function judgeContent<N extends RecordName>(record: N, value: RecordByName[N]): ContentVerdict {
  return judges[record](value);
}

function judgeMessage(message: RecordByName['Message']): ContentVerdict {
  if (message.kind === 'UNKNOWN') return 'newer';
  return bodyOf(message) === undefined ? 'contradictory' : 'known';
}
