import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import type { TrackedDeadline, TrackedRecipient, Tracking } from '../read-model.ts';
import type { Language } from './language.ts';
import type { Terminal } from './terminal.ts';
import { trackingLines } from './tracking-lines.ts';

const nowMs = Date.UTC(2026, 10, 23, 12);
const at = (hours: number) => new Date(nowMs + hours * 3_600_000).toISOString();

function lines(tracking: Tracking, language: Language = 'en'): readonly string[] {
  const terminal: Pick<Terminal, 'language' | 'colours' | 'width' | 'say' | 'nowMs'> = {
    language,
    colours: createColors(false),
    width: undefined,
    say: (text) => text[language],
    nowMs: () => nowMs,
  };
  return trackingLines(tracking, terminal as Terminal);
}

const deadline = (more: Partial<TrackedDeadline>): TrackedDeadline => ({
  kind: 'REPLY',
  dueAt: at(2),
  late: false,
  events: [],
  ...more,
});
const recipient = (more: Partial<TrackedRecipient> = {}): TrackedRecipient => ({
  correspondent: 'post:CI',
  role: 'ACTION',
  deliveredAt: at(-1),
  state: 'DELIVERED',
  version: 1,
  receipts: [],
  owed: ['TAKEN_IN_CHARGE'],
  deadlines: [],
  ...more,
});
const tracked = (more: Partial<Tracking>): Tracking => ({
  messageId: '01900000-0000-8000-8000-000000000001',
  state: 'ACCEPTED',
  items: [recipient()],
  ...more,
});

describe('what happened to a sent message', () => {
  it('says until when what is owed, the late before the open before the done, and what was done about it', () => {
    const deadlines = [
      deadline({ kind: 'TAKE_IN_CHARGE', dueAt: at(-2), endedAt: at(-3), endedBy: 'TAKEN_IN_CHARGE' }),
      deadline({}),
      deadline({
        kind: 'CARRY_OUT',
        dueAt: at(-1),
        late: true,
        events: [
          { step: 'REMINDER', at: at(-2) },
          { step: 'ESCALATION', at: at(-1) },
        ],
      }),
    ];
    const [, , gap, head, ...rest] = lines(tracked({ items: [recipient({ deadlines })] }));
    expect(gap).toBe('');
    expect(head).toMatch(/^OWED BY +WHAT +DUE +STANDS +DONE ABOUT IT$/);
    expect(rest).toEqual([
      expect.stringMatching(
        /^post:CI +the instruction +1 hour ago +late +reminded 2 hours ago, escalated 1 hour ago$/,
      ),
      expect.stringMatching(/^post:CI +reply +in 2 hours +open +—$/),
      expect.stringMatching(/^post:CI +taking in charge +2 hours ago +taken in charge +—$/),
    ]);
    const french = lines(tracked({ items: [recipient({ deadlines })] }), 'fr').join('\n');
    expect(french).toMatch(
      /consigne +il y a 1 heure +en retard +relancé il y a 2 heures, escaladé il y a 1 heure/,
    );
  });

  it('says what the sender owes itself, and what is owed of a recall', () => {
    const recall = {
      messageId: '01900000-0000-8000-8000-000000000002',
      state: 'DELIVERED' as const,
      receipts: [],
      owed: ['COMPLIED' as const],
      deadlines: [deadline({ kind: 'COMPLY', late: true, dueAt: at(-4) })],
    };
    const shown = lines(
      tracked({ own: [deadline({ kind: 'REVIEW' })], items: [recipient({ recall })] }),
    ).join('\n');
    expect(shown).toMatch(/\(you\) +review of the EMERGENCY +in 2 hours +open/);
    expect(shown).toMatch(/post:CI +recall \(COMPLIED\) +4 hours ago +late/);
    expect(shown).toMatch(/TAKEN_IN_CHARGE, COMPLIED +recalled: DELIVERED/);
  });

  it('says who told a local body what is recalled, and who still owes its recall', () => {
    const disclosures = [
      {
        correspondent: 'post:CI',
        messageId: 'd-1',
        state: 'DELIVERED' as const,
        receipts: [],
        owed: ['COMPLIED' as const],
      },
      { correspondent: 'post:SN', messageId: 'd-2', state: 'COMPLIED' as const, receipts: [], owed: [] },
    ];
    const shown = lines(tracked({ disclosures })).slice(-3);
    expect(shown).toEqual([
      expect.stringMatching(/^DISCLOSED BY +DISCLOSURE +RECALL +OWES +NOTE$/),
      expect.stringMatching(/^post:CI +d-1 +DELIVERED +COMPLIED$/),
      expect.stringMatching(/^post:SN +d-2 +COMPLIED +—$/),
    ]);
  });

  it('shows a code of a later server as it is', () => {
    const later = deadline({ kind: 'SIGN' as 'REPLY', endedAt: at(-1), endedBy: 'SIGNED', late: true });
    expect(lines(tracked({ items: [recipient({ deadlines: [later] })] })).at(-1)).toMatch(
      /SIGN +in 2 hours +SIGNED \(late\)/,
    );
  });

  it('says whom a recipient handed it over to, where the sender may know', () => {
    const receipts = [
      {
        version: 2,
        type: 'TRANSFERRED' as const,
        at: at(-1),
        position: 'adjoint',
        channel: 'PHONE' as const,
        reason: 'our neighbour',
        transferredTo: 'post:SN',
      },
    ];
    const shown = lines(tracked({ items: [recipient({ state: 'TRANSFERRED', receipts, owed: [] })] }));
    expect(shown[1]).toMatch(/adjoint \(PHONE\) +— +our neighbour; → post:SN$/);
  });
});

describe('a recipient that was suspended', () => {
  const items = [
    recipient({ owed: [], rerouted: { at: at(-1), to: ['post:TG'] } }),
    recipient({ correspondent: 'post:TG', standsInFor: ['post:CI'] }),
  ];

  it('is shown with whoever took over, and that one with whom it stands in for', () => {
    const [, suspended, standIn] = lines(tracked({ items }));
    expect(suspended).toMatch(/^post:CI .* — {2,}suspended; taken over by post:TG$/);
    expect(standIn).toMatch(/^post:TG .* TAKEN_IN_CHARGE +stands in for post:CI, suspended$/);
  });

  it('in French too', () => {
    const shown = lines(tracked({ items }), 'fr').join('\n');
    expect(shown).toContain('suspendu ; repris par post:TG');
    expect(shown).toContain('remplace post:CI, suspendu');
  });
});
