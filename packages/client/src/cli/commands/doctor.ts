import { type GlobalOptions, resolveConnection } from '../connect.ts';
import type { Check, Finding } from '../doctor/check.ts';
import {
  brokerCheck,
  clockCheck,
  diskCheck,
  nodeCheck,
  processCheck,
  readyCheck,
  tokenCheck,
} from '../doctor/checks.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { findLocalStack, type LocalStack } from '../local-stack.ts';
import { printJson } from '../print-json.ts';
import type { Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';

/** Looks at everything that a local stack needs, says what is wrong and how to mend it. */
export async function doctor(terminal: Terminal, options: GlobalOptions): Promise<ExitCode> {
  const checks = await listChecks(terminal, options);
  const results = await Promise.all(checks.map(async (check) => ({ check, finding: await runCheck(check) })));
  const isHealthy = results.every(({ finding }) => finding.state !== 'bad');
  if (options.json === true) {
    const { say } = terminal;
    const items = results.map(({ check, finding }) => ({
      name: check.name,
      state: finding.state,
      detail: typeof finding.detail === 'string' ? finding.detail : say(finding.detail),
      ...(finding.state === 'bad' ? { mend: say(finding.mend) } : {}),
    }));
    printJson(terminal, { healthy: isHealthy, items });
  } else {
    for (const { check, finding } of results) printFinding(terminal, check, finding);
  }
  return isHealthy ? exitCodes.ok : exitCodes.unhealthy;
}

async function listChecks(terminal: Terminal, options: GlobalOptions): Promise<readonly Check[]> {
  const node = nodeCheck(process.version);
  let stack: LocalStack | undefined;
  try {
    stack = await findLocalStack(terminal.cwd, terminal.env);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return [node, stackFileCheck({ state: 'bad', detail: terminal.say(error.text), mend: startIt })];
  }
  const url = options.url ?? terminal.env.CHAPPE_URL ?? stack?.url;
  const reach = url === undefined ? [] : [clockCheck(url, fetch, terminal.nowMs)];
  const signIn =
    url === undefined ? [] : [tokenCheck(async () => (await resolveConnection(terminal, options)).token)];
  if (stack === undefined) {
    const here: Finding =
      url === undefined
        ? { state: 'bad', detail: terminal.say({ en: 'none found', fr: 'introuvable' }), mend: startIt }
        : { state: 'skipped', detail: { en: 'no local stack here', fr: 'pas de plateforme locale ici' } };
    return [node, stackFileCheck(here), ...reach, ...signIn];
  }
  return [
    node,
    stackFileCheck({ state: 'good', detail: stack.path }),
    processCheck(stack),
    ...Object.entries(stack.services).map(([name, address]) => readyCheck(name, address, fetch)),
    ...stack.brokers.map(brokerCheck),
    ...reach,
    ...signIn,
    diskCheck(stack),
  ];
}

const startIt = { en: 'run `npm start`', fr: 'lancez `npm start`' };

function stackFileCheck(finding: Finding): Check {
  return {
    name: 'stack',
    title: { en: 'stack file', fr: 'fichier de la plateforme' },
    run: async () => finding,
  };
}

async function runCheck(check: Check): Promise<Finding> {
  try {
    return await check.run();
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      state: 'bad',
      detail,
      mend: { en: 'this check itself failed', fr: 'ce contrôle a lui-même échoué' },
    };
  }
}

function printFinding(terminal: Terminal, check: Check, finding: Finding): void {
  const { colours, say } = terminal;
  const title = say(check.title);
  if (finding.state === 'good')
    terminal.out(`${colours.green('✓')} ${title}  ${colours.dim(finding.detail)}`);
  else if (finding.state === 'skipped')
    terminal.out(`${colours.dim('-')} ${title}  ${colours.dim(say(finding.detail))}`);
  else {
    terminal.out(`${colours.red('✗')} ${title}  ${finding.detail}`);
    terminal.out(`  ${say({ en: 'what to do', fr: 'que faire' })}: ${say(finding.mend)}`);
  }
}
