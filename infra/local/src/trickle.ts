import { clientCredentials, createClient } from '@chappe/client';
import type { JWK } from 'jose';
import { exerciseLead } from './exercise-leads.ts';
import type { ProgressListener } from './progress.ts';

const periodMs = 10_000;

/** Who sends the exercise, and where to. */
export interface TrickleOptions {
  url: string;
  issuer: string;
  clientId: string;
  privateJwk: JWK;
  onProgress: ProgressListener;
}

/** Sends an exercise lead about every ten seconds, until it is stopped; trouble is told once. */
export function startTrickle(options: TrickleOptions): { stop(): void } {
  const { url, issuer, clientId, privateJwk } = options;
  const token = clientCredentials({ issuer, clientId, privateJwk, resource: 'urn:chappe:api' });
  const client = createClient({ url, token, timeoutMs: 5_000, retry: { deadlineMs: 5_000 } });
  let sent = 0;
  let inTrouble = false;
  let timer: NodeJS.Timeout | undefined;

  const tell = (trouble: string | undefined): void => {
    if (trouble !== undefined && !inTrouble) {
      options.onProgress({
        what: 'trouble',
        text: {
          en: `the exercise lead was not accepted (${trouble}); trying on in silence`,
          fr: `le renseignement d’exercice n’a pas été accepté (${trouble}) ; nouvelles tentatives en silence`,
        },
      });
    }
    if (trouble === undefined && inTrouble) {
      options.onProgress({
        what: 'note',
        text: {
          en: 'exercise leads are accepted again',
          fr: 'les renseignements d’exercice passent à nouveau',
        },
      });
    }
    inTrouble = trouble !== undefined;
  };
  const send = async (): Promise<void> => {
    try {
      const result = await client.publish(exerciseLead(sent));
      sent += 1;
      if (result.outcome === 'accepted') tell(undefined);
      else
        tell(
          result.problem === undefined ? result.outcome : `${result.problem.status} ${result.problem.type}`,
        );
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
    // Not quite regular, so that it meets nothing else that is.
    timer = setTimeout(send, periodMs * (0.85 + 0.3 * Math.random()));
    timer.unref();
  };
  timer = setTimeout(send, 1_000);
  timer.unref();
  return { stop: () => clearTimeout(timer) };
}
