import { randomBytes, randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';
import { kafkaSettingsFrom } from '@chappe/kafka';
import { createPool } from '@chappe/postgres';
import { demonstrationPrefix } from '@chappe/service-kit';
import { readDirectoryTopic } from './adapters/kafka-read-topic.ts';
import { createInstallationStore, type InstallationStore } from './adapters/postgres-installation.ts';
import type { DirectoryConfig } from './config.ts';
import type { TopicContent } from './domain/plan-publication.ts';
import type { InstallationRequest } from './installation/installer-arguments.ts';
import type { InstallerTerminal } from './installation/installer-terminal.ts';
import { describeContent, isYes, question } from './installation/installer-words.ts';
import { type InstallationOutcome, runInstallation } from './installation/run-installation.ts';
import { StoreAway } from './installation/store-away.ts';

/** Ports that a test may wrap, to end the process before or after each step. */
export interface InstallerOverrides {
  wrapStore?(store: InstallationStore): InstallationStore;
  nowMs?(): number;
}

/** How long to wait for a database that is away, before saying so. */
const databaseWaitMs = 30_000;
/** Beyond the time in which the topic is read: to reach the brokers at all. */
const brokerWaitMs = 15_000;

/**
 * Runs the installation with the stores of the service's own configuration. Rejects with `StoreAway` when one of
 * them does not answer: nothing was lost then, and the same may be asked again.
 */
export async function installFirstRelease(
  config: DirectoryConfig,
  request: InstallationRequest,
  terminal: InstallerTerminal,
  overrides: InstallerOverrides = {},
): Promise<InstallationOutcome> {
  const production = config.CHAPPE_PROFILE === 'production';
  const { log } = terminal;
  const pool = createPool({
    url: config.POSTGRES_URL,
    applicationName: 'directory-installer',
    max: 2,
    statementTimeoutMs: config.POSTGRES_STATEMENT_TIMEOUT_MS,
    // Another installer, or the service at its start, is waited for.
    lockTimeoutMs: databaseWaitMs,
    log,
  });
  const plainStore = createInstallationStore(pool, { signal: AbortSignal.timeout(databaseWaitMs * 10), log });
  const store = overrides.wrapStore?.(plainStore) ?? plainStore;
  try {
    return await runInstallation(request, {
      store,
      readTopic,
      show: (judged) =>
        terminal.tell(
          describeContent(judged, { issuer: config.OIDC_ISSUER, reason: request.reason })[terminal.language],
        ),
      confirm: async () => isYes(await terminal.ask(question[terminal.language])),
      newId: randomUUID,
      traceId: randomBytes(16).toString('hex'),
      ranBy: accountOfThisProcess(),
      installation: { issuer: config.OIDC_ISSUER, production, demonstrationPrefix },
      nowMs: overrides.nowMs ?? Date.now,
    });
  } catch (error) {
    throw error instanceof Error && Reflect.get(error, 'transient') === true
      ? new StoreAway('PostgreSQL', error)
      : error;
  } finally {
    await pool.end();
  }

  async function readTopic(): Promise<TopicContent> {
    const kafka = kafkaSettingsFrom(config, { clientId: 'directory-installer', production });
    const late = new Error('brokers do not answer');
    const timeoutMs = config.TOPIC_READ_TIMEOUT_MS;
    const reading = readDirectoryTopic(kafka, {
      readerId: `installer-${randomUUID()}`,
      timeoutMs,
      log: unheard,
    });
    let timer: NodeJS.Timeout | undefined;
    const bound = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(late), timeoutMs + brokerWaitMs);
    });
    try {
      return await Promise.race([reading, bound]);
    } catch (error) {
      throw new StoreAway('Kafka', error);
    } finally {
      clearTimeout(timer);
      // What comes of it after the time is up interests nobody.
      reading.catch(() => undefined);
    }
  }
}

const quiet = (): void => undefined;
/** What a Kafka client says while it finds its way is nothing to act on: whoever waits is told how it ended. */
const unheard = { debug: quiet, info: quiet, warn: quiet, error: quiet };

function accountOfThisProcess(): string {
  try {
    return `${userInfo().username}@${hostname()}`;
  } catch {
    // A container may run under a number that has no name.
    return `uid-${process.getuid?.() ?? 'unknown'}@${hostname()}`;
  }
}
