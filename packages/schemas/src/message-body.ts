import { type BodyByKind, kindFields } from './generated/kinds.ts';
import type { Message } from './generated/records.ts';

/** A kind that this release knows. */
export type KnownKind = keyof BodyByKind;

/** A kind with the body of that kind. */
export type KindAndBody = { [K in KnownKind]: { kind: K; body: BodyByKind[K] } }[KnownKind];

/** The kinds that this release knows, in the order of the schema. */
export const knownKinds = Object.keys(kindFields) as readonly KnownKind[];

/** Whether a string names a kind that this release knows. */
export function isKnownKind(kind: string): kind is KnownKind {
  return Object.hasOwn(kindFields, kind);
}

/** The one body of a message, or undefined when none or several are set, or not the one that `kind` names. */
export function bodyOf(message: Message): KindAndBody | undefined {
  let found: KindAndBody | undefined;
  for (const kind of knownKinds) {
    const body = message[kindFields[kind]];
    if (body === null) continue;
    if (found !== undefined) return undefined;
    found = { kind, body } as KindAndBody;
  }
  return found?.kind === message.kind ? found : undefined;
}

/** The fields of Message for one body: that one set, all others null. */
export function bodyFields(content: KindAndBody): Pick<Message, (typeof kindFields)[KnownKind] | 'kind'> {
  const fields: Record<string, unknown> = { kind: content.kind };
  for (const kind of knownKinds) fields[kindFields[kind]] = kind === content.kind ? content.body : null;
  return fields as Pick<Message, (typeof kindFields)[KnownKind] | 'kind'>;
}
