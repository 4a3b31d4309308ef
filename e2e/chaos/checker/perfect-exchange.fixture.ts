import type {
  ArchiveEvidence,
  Evidence,
  InboxEvidence,
  SentEvidence,
  TrackedEvidence,
} from '../evidence/evidence.ts';
import type { ChaosEvent, ChaosNote, Expectation, LaneName } from '../history/chaos-event.ts';

/** A message of a told run. */
export interface Told {
  readonly submissionId: string;
  readonly messageId: string;
  readonly sender: string;
  readonly lane: LaneName;
  readonly threadId: string | undefined;
  readonly expect: Expectation;
}

/** How a message is told; what is left out is as usual. */
export interface Telling {
  readonly sender?: string;
  readonly lane?: LaneName;
  readonly to?: readonly string[];
  readonly excluded?: readonly string[];
  /** `refused` by the router with this code, its sender told. */
  readonly refused?: string;
  /** The request was cut and never repeated; the message may exist all the same. */
  readonly abandoned?: 'exists' | 'lost';
  readonly mayBeRefused?: true;
}

/** Evidence that a test may spoil. */
export interface SpoilableEvidence extends Evidence {
  readonly inboxes: Map<string, InboxEvidence[]>;
  readonly archived: Map<string, ArchiveEvidence>;
  readonly sent: Map<string, SentEvidence & { recipients: TrackedEvidence[] }>;
}

/** An exchange that keeps every promise, told act by act; a test then spoils what it left. */
export class PerfectExchange {
  readonly events: ChaosEvent[] = [];
  readonly evidence: SpoilableEvidence;
  #clock = 0;
  #ids = 0;

  constructor(correspondents: readonly string[]) {
    this.evidence = {
      inboxes: new Map(correspondents.map((each) => [each, []])),
      archived: new Map(),
      sent: new Map(),
      startedAfter: new Map(),
      strangers: false,
    };
  }

  note(note: ChaosNote): void {
    this.#clock += 10;
    this.events.push({ atMs: this.#clock, wallMs: this.#clock, ...note });
  }

  lead(telling: Telling = {}): Told {
    const recipients = telling.to ?? ['desk:cyber'];
    const excluded = telling.excluded ?? [];
    return this.#tell('LEAD', telling, { audience: 'exactly', recipients, excluded }, undefined, []);
  }

  /** A supplement or correction by the author. */
  followUp(kind: 'SUPPLEMENT' | 'CORRECTION', original: Told, telling: Telling = {}): Told {
    const { sender, lane } = original;
    return this.#tell(
      kind,
      { sender, lane, ...telling },
      this.#holders(original),
      original,
      this.#holding(original),
    );
  }

  cancel(original: Told, telling: Telling = {}): Told {
    const { sender } = original;
    return this.#tell(
      'CANCELLATION',
      { sender, ...telling },
      this.#holders(original),
      original,
      this.#holding(original),
    );
  }

  /** A desk passes a lead on: the original under its own identity, then the dispatch. */
  dispatch(original: Told, to: readonly string[], telling: Telling = {}): Told {
    const expect: Expectation = {
      audience: 'exactly',
      recipients: to,
      excluded: [],
      ...(telling.mayBeRefused === true ? { mayBeRefused: true } : {}),
    };
    if (telling.refused === undefined) {
      for (const each of to) {
        if (!this.#holding(original).includes(each)) this.deliver(each, original.messageId, 'LEAD', 'ACTION');
      }
    }
    return this.#tell('DISPATCH', { sender: 'desk:cyber', ...telling }, expect, original, to, to);
  }

  /** Puts an item into an inbox under its next number. */
  deliver(correspondent: string, messageId: string, kind: string, role: string, notice?: string): void {
    const items = this.evidence.inboxes.get(correspondent) ?? [];
    this.evidence.inboxes.set(correspondent, items);
    items.push({
      number: items.length + 1,
      messageId,
      kind,
      role,
      ...(notice === undefined ? {} : { notice: { code: notice, messageId } }),
    });
  }

  /** A follower that is sent the whole inbox, cut after so many items, and resumes. */
  follow(correspondent: string, cutAfter: number): void {
    const reader = `follower ${correspondent}`;
    const stream = (happened: 'opened' | 'ended', number: number): void =>
      this.note({ what: 'stream', client: reader, reader, correspondent, happened, epoch: '1', number });
    stream('opened', 0);
    for (const { number, messageId, role, kind } of this.evidence.inboxes.get(correspondent) ?? []) {
      const seen = { reader, correspondent, number, epoch: '1', messageId, role, kind };
      this.note({ what: 'seen', client: reader, how: 'stream', ...seen });
      if (number !== cutAfter) continue;
      stream('ended', number);
      stream('opened', number);
    }
  }

  #tell(
    kind: string,
    telling: Telling,
    expect: Expectation,
    original: Told | undefined,
    reaches: readonly string[],
    addressees?: readonly string[],
  ): Told {
    this.#ids += 1;
    const submissionId = `submission-${this.#ids}`;
    const messageId = `message-${this.#ids}`;
    const { sender = 'post:DJ', lane = 'urgent', refused, abandoned } = telling;
    const client = `sender ${sender}`;
    const op = abandoned === undefined ? 'submit' : 'abandon';
    const threadId = original === undefined ? undefined : (original.threadId ?? original.messageId);
    this.note({
      what: 'invoke',
      ...{ client, op, submissionId, kind, lane, correspondent: sender, attempt: 1, variant: 0, expect },
      ...(threadId === undefined ? {} : { threadId }),
      ...(original === undefined ? {} : { refersTo: original.messageId }),
      ...(addressees === undefined ? {} : { addressees }),
    });
    if (abandoned === undefined) {
      this.note({ what: 'answer', client, op, submissionId, variant: 0, status: 202, messageId });
    } else {
      this.note({ what: 'no-answer', client, op, submissionId, variant: 0, code: 'cut' });
    }
    const told: Told = { submissionId, messageId, sender, lane, threadId, expect };
    if (abandoned === 'lost') return told;
    const recipients = (original === undefined ? expect.recipients : reaches).filter(
      (each) => each !== sender && !expect.excluded.includes(each),
    );
    const copy = refused === undefined ? { state: 'ACCEPTED' } : { state: 'REFUSED', refusalCode: refused };
    this.evidence.sent.set(messageId, {
      ...{ messageId, correspondent: sender, submissionId, copies: [copy] },
      recipients:
        refused === undefined ? recipients.map((correspondent) => tracked(correspondent, kind)) : [],
    });
    if (refused !== undefined) {
      this.deliver(sender, messageId, kind, 'NOTICE', refused);
      return told;
    }
    this.evidence.archived.set(messageId, { messageId, kind, sender, shownTo: [sender, ...recipients] });
    for (const each of recipients) this.deliver(each, messageId, kind, 'ACTION');
    return told;
  }

  #holders({ expect }: Told): Expectation {
    return { audience: 'holders', recipients: expect.recipients, excluded: expect.excluded };
  }

  /** Everybody who holds a message now. */
  #holding({ messageId }: Told): string[] {
    return [...this.evidence.inboxes].flatMap(([correspondent, items]) =>
      items.some((item) => item.messageId === messageId && item.notice === undefined) ? [correspondent] : [],
    );
  }
}

/** A recipient as tracking names it: whoever was told of a cancellation owes it. */
export function tracked(correspondent: string, kind: string): TrackedEvidence {
  const owed = kind === 'CANCELLATION' ? ['COMPLIED'] : [];
  return { correspondent, role: 'ACTION', state: 'DELIVERED', version: 1, owed };
}

/** Takes an item out of an inbox and closes the gap, as if it had never been delivered. */
export function forget(
  exchange: PerfectExchange,
  correspondent: string,
  place: number,
): InboxEvidence | undefined {
  const items = exchange.evidence.inboxes.get(correspondent) ?? [];
  const [taken] = items.splice(place, 1);
  exchange.evidence.inboxes.set(correspondent, renumber(items));
  return taken;
}

/** Gives items the numbers of their places. */
export function renumber(items: readonly InboxEvidence[]): InboxEvidence[] {
  return items.map((item, place) => ({ ...item, number: place + 1 }));
}
