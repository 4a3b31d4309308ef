import type { TrackedDeadline } from '../read-model.ts';
import type { Text } from './language.ts';
import { relativeTime } from './relative-time.ts';
import type { Terminal } from './terminal.ts';

const kinds: Readonly<Record<string, Text>> = {
  ACKNOWLEDGE: { en: 'acknowledgement', fr: 'accusé de réception' },
  TAKE_IN_CHARGE: { en: 'taking in charge', fr: 'prise en charge' },
  REPLY: { en: 'reply', fr: 'réponse' },
  CARRY_OUT: { en: 'the instruction', fr: 'consigne' },
  COMPLY: { en: 'recall (COMPLIED)', fr: 'rappel (COMPLIED)' },
  REVIEW: { en: 'review of the EMERGENCY', fr: "revue de l'EMERGENCY" },
};

const ends: Readonly<Record<string, Text>> = {
  READ: { en: 'read', fr: 'lu' },
  TAKEN_IN_CHARGE: { en: 'taken in charge', fr: 'pris en charge' },
  TRANSFERRED: { en: 'handed over', fr: 'transmis' },
  REJECTED: { en: 'rejected', fr: 'rejeté' },
  COMPLIED: { en: 'complied', fr: 'exécuté' },
  REPLIED: { en: 'replied', fr: 'répondu' },
  CANCELLED: { en: 'cancelled', fr: 'annulé' },
  REVIEWED: { en: 'reviewed', fr: 'revu' },
  CLOSED: { en: 'thread closed', fr: 'fil clos' },
  REROUTED: { en: 'passed to who stands in', fr: 'passé au suppléant' },
};

const steps: Readonly<Record<string, Text>> = {
  REMINDER: { en: 'reminded', fr: 'relancé' },
  ESCALATION: { en: 'escalated', fr: 'escaladé' },
  MOVED: { en: 'moved', fr: 'reporté' },
};

/** What is owed; a code that a later server may have is told as it is. */
export function deadlineKind({ kind }: Pick<TrackedDeadline, 'kind'>, terminal: Terminal): string {
  return wordsOf(kinds, kind, terminal);
}

/** Whether it is open, late or done, and by what. */
export function deadlineState({ late, endedAt, endedBy }: TrackedDeadline, terminal: Terminal): string {
  const { say } = terminal;
  if (endedAt === undefined)
    return late ? say({ en: 'late', fr: 'en retard' }) : say({ en: 'open', fr: 'en cours' });
  const how = endedBy === undefined ? say({ en: 'done', fr: 'fait' }) : wordsOf(ends, endedBy, terminal);
  return late ? `${how} (${say({ en: 'late', fr: 'en retard' })})` : how;
}

/** What was done about it: reminders and escalations, each with how long ago. */
export function deadlineEvents({ events }: TrackedDeadline, terminal: Terminal): string {
  return events
    .map(
      ({ step, at }) =>
        `${wordsOf(steps, step, terminal)} ${relativeTime(at, terminal.nowMs(), terminal.language)}`,
    )
    .join(', ');
}

function wordsOf(words: Readonly<Record<string, Text>>, code: string, { say }: Terminal): string {
  const text = words[code];
  return text === undefined ? code : say(text);
}
