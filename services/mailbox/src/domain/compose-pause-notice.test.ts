import { isUuidV7, uuidV7TimeMs } from '@chappe/schemas';
import { describe, expect, test } from 'vitest';
import { composePauseNotice, type PausedWebhook } from './compose-pause-notice.ts';

const paused: PausedWebhook = {
  webhookId: '00000000-0000-4000-8000-000000000001',
  correspondent: 'post:CI',
  url: 'https://hooks.partner.example:8443/in/s3cret-path?token=s3cret-query',
  because: 'FAILING',
  pausedAtMs: Date.UTC(2026, 10, 23, 12),
  failingSinceMs: Date.UTC(2026, 10, 20, 12),
};
const textOf = (each: PausedWebhook) => JSON.stringify(composePauseNotice(each).body);

describe('the word of a pause', () => {
  test('goes to the correspondent, names webhook and host in both languages, and nothing else of the address', () => {
    const notice = composePauseNotice(paused);
    expect(notice.recipients).toEqual({ action: [{ correspondent: 'post:CI' }] });
    const text = textOf(paused);
    expect(text).toContain(
      'vers hooks.partner.example:8443 mis en pause : la cible n’a rien pris depuis 2026-11-20',
    );
    expect(text).toContain(
      'to hooks.partner.example:8443 paused: its target has taken nothing since 2026-11-20',
    );
    expect(text).not.toContain('s3cret');
    expect(textOf({ ...paused, because: 'GONE' })).toContain('answered 410');
    expect(textOf({ ...paused, because: 'GONE' })).toContain('a répondu 410');
  });

  test('is the same for the same pause and another for the next one, whoever composes it', () => {
    const { submissionId } = composePauseNotice(paused);
    expect(isUuidV7(submissionId)).toBe(true);
    expect(uuidV7TimeMs(submissionId)).toBe(paused.pausedAtMs);
    expect(composePauseNotice({ ...paused, failingSinceMs: null }).submissionId).toBe(submissionId);
    const later = composePauseNotice({ ...paused, pausedAtMs: paused.pausedAtMs + 1 });
    expect(later.submissionId.slice(14)).not.toBe(submissionId.slice(14));
    const other = composePauseNotice({ ...paused, webhookId: '00000000-0000-4000-8000-000000000002' });
    expect(other.submissionId).not.toBe(submissionId);
  });
});
