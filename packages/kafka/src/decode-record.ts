import { decode, type RecordByName, type RecordName } from '@chappe/schemas';
import { PauseUntilUpgrade, PoisonRecord } from './failures.ts';
import type { IncomingRecord } from './record.ts';

/** The value of a record, or what its sink should do with it: PoisonRecord, PauseUntilUpgrade. */
export function decodeRecord<N extends RecordName>(name: N, record: IncomingRecord): RecordByName[N] {
  const result = decode(name, record.value);
  switch (result.status) {
    case 'decoded':
      return result.value;
    case 'newer':
      throw new PauseUntilUpgrade(`SCHEMA_${result.schemaId}`);
    case 'poison':
      throw new PoisonRecord(result.code);
  }
}
