import { type DeadLetterService, deadLetterServices, type LetterName } from '../../dead-letter-model.ts';
import type { DeadLetters } from '../../dead-letters.ts';
import { type GlobalOptions, openClient, resolveConnection } from '../connect.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** The options of `chappe dead-letters …`. */
export interface DeadLetterOptions extends GlobalOptions {
  readonly service?: string;
  readonly group?: string;
  readonly all?: boolean;
  readonly open?: boolean;
  readonly limit?: number;
  readonly reason?: string;
}

const demonstrationOperator = { as: 'service:system', login: 'operator' };
/** Kafka takes some seconds to let a reader in, and a replay tries each letter. */
const leastPatienceS = 30;

/** The operator's side as whoever is signed in; in the demonstration, as its first operator unless told otherwise. */
export async function openDeadLetters(terminal: Terminal, options: DeadLetterOptions): Promise<DeadLetters> {
  const { env } = terminal;
  const own = (env.CHAPPE_TOKEN ?? env.CHAPPE_CLIENT_ID ?? '') !== '';
  const as = options.as ?? env.CHAPPE_AS;
  const chosen = own || as !== undefined ? options : { ...demonstrationOperator, ...options };
  const patient = { ...chosen, timeout: chosen.timeout ?? leastPatienceS };
  return (await openClient(await resolveConnection(terminal, patient), patient)).deadLetters;
}

/** The services that are asked: one, or all that have dead letters. */
export function servicesOf({ service, group }: DeadLetterOptions): readonly DeadLetterService[] {
  const named = service ?? (group === undefined ? undefined : serviceOfGroup(group));
  if (named === undefined) return deadLetterServices;
  return [knownService(named)];
}

/** A letter by `group/partition/offset`. */
export function letterNamed(text: string): LetterName & { readonly service: DeadLetterService } {
  const [, group, partition, offset] = /^([a-z][\w.-]*)\/(\d{1,5})\/(\d{1,18})$/.exec(text) ?? [];
  if (group === undefined || partition === undefined || offset === undefined) {
    throw new UsageError(
      { en: `not a dead letter: ${text}`, fr: `ce n'est pas une lettre morte : ${text}` },
      {
        en: 'name it as `chappe dead-letters list` does: mailbox.flash/2/17',
        fr: 'nommez-la comme « chappe dead-letters list » : mailbox.flash/2/17',
      },
    );
  }
  return { service: knownService(serviceOfGroup(group)), group, partition: Number(partition), offset };
}

/** A case by `service/number`. */
export function caseNamed(text: string): { readonly service: DeadLetterService; readonly id: string } {
  const [, service, id] = /^([a-z]+)\/([1-9]\d{0,17})$/.exec(text) ?? [];
  if (service === undefined || id === undefined) {
    throw new UsageError(
      { en: `not a case: ${text}`, fr: `ce n'est pas un dossier : ${text}` },
      {
        en: 'name it as `chappe dead-letters cases` does: mailbox/12',
        fr: 'nommez-le comme « chappe dead-letters cases » : mailbox/12',
      },
    );
  }
  return { service: knownService(service), id };
}

function serviceOfGroup(group: string): string {
  return group.split('.', 1)[0] ?? group;
}

function knownService(name: string): DeadLetterService {
  const known = deadLetterServices.find((each) => each === name);
  if (known !== undefined) return known;
  throw new UsageError(
    { en: `${name} has no dead letters`, fr: `${name} n'a pas de lettres mortes` },
    { en: `one of ${deadLetterServices.join(', ')}`, fr: `parmi ${deadLetterServices.join(', ')}` },
  );
}
