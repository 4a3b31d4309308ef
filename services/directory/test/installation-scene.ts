import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DirectoryFile, demonstrationFiles } from '@chappe/directory';
import { loadConfig } from '@chappe/service-kit';
import { type DirectoryConfig, directorySettings } from '../src/config.ts';
import type { InstallationRequest } from '../src/installation/installer-arguments.ts';
import type { InstallerTerminal } from '../src/installation/installer-terminal.ts';
import { environmentUnderTest, silentLog, type TestStores } from './directory-under-test.ts';

/** The two who answer for the first release in these tests, by the subjects of their tokens. */
export const proposerSubject = 'agent-directory-admin-1';
/** The second of the two. */
export const approverSubject = 'agent-directory-admin-2';

/** The directory of an installation that is none of the demonstration's: its size, with accounts of its own. */
export function installationFiles(): readonly DirectoryFile[] {
  const text = JSON.stringify(demonstrationFiles)
    .replaceAll('"demo-', '"agent-')
    .replaceAll(/ \((?:fictif|fictive)\)/g, '')
    .replaceAll(/"notice":"[^"]*"/g, '"notice":"Invented for a test."');
  return JSON.parse(text);
}

/** Writes files of a directory into a folder. */
export async function writeFiles(folder: string, files: readonly DirectoryFile[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  await Promise.all(
    files.map(({ name, content }) => writeFile(join(folder, name), JSON.stringify(content, null, 2))),
  );
  return folder;
}

/** The environment of an installation whose stores are a test's. */
export function installationEnvironment(stores: TestStores): Record<string, string> {
  return { ...environmentUnderTest(stores), CHAPPE_PROFILE: 'production', KAFKA_REPLICATION: '1' };
}

/** The same as settings. */
export function installationConfig(stores: TestStores): DirectoryConfig {
  return loadConfig(directorySettings, installationEnvironment(stores));
}

/** A request as an administrator makes it. */
export function requestFor(
  path: string,
  issuer: string,
  change: Partial<InstallationRequest> = {},
): InstallationRequest {
  return {
    path,
    proposedBy: { issuer, subject: proposerSubject },
    approvedBy: { issuer, subject: approverSubject },
    reason: 'first installation of the network',
    yes: true,
    dryRun: false,
    json: false,
    waitMs: 0,
    ...change,
  };
}

/** A terminal that keeps what it was told, and gives one answer. */
export function listeningTerminal(answer = 'no') {
  const told: string[] = [];
  const terminal: InstallerTerminal = {
    language: 'en',
    interactive: true,
    tell: (text) => told.push(text),
    answer: (text) => told.push(text),
    ask: async (question) => {
      told.push(question);
      return answer;
    },
    log: silentLog,
  };
  return { told, terminal };
}
