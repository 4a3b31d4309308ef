import { assertProductionSafe, ConfigurationError, loadConfig } from '@chappe/service-kit';
import { directorySettings } from './config.ts';
import { installFirstRelease } from './install-first-release.ts';
import { readInstallerArguments } from './installation/installer-arguments.ts';
import { openTerminal } from './installation/installer-terminal.ts';
import { describeOutage, ends, usage } from './installation/installer-words.ts';
import { installerExit, reportOutcome } from './installation/report-outcome.ts';
import { StoreAway } from './installation/store-away.ts';

process.exit(await main(process.argv.slice(2)));

/** Environment and command line to an exit code. */
async function main(args: readonly string[]): Promise<number> {
  const language = chooseLanguage(args);
  const terminal = openTerminal({
    language,
    json: args.includes('--json'),
    input: process.stdin,
    output: process.stdout,
    errors: process.stderr,
  });
  const asksForHelp = readInstallerArguments(args, '').status === 'help';
  if (asksForHelp) {
    terminal.answer(usage[language]);
    return installerExit.done;
  }
  try {
    const config = loadConfig(directorySettings, process.env);
    assertProductionSafe(config);
    const reading = readInstallerArguments(args, config.OIDC_ISSUER);
    if (reading.status !== 'read') {
      const faults = reading.status === 'wrong' ? reading.faults : [];
      for (const fault of faults) process.stderr.write(`${fault[language]}\n`);
      process.stderr.write(`\n${usage[language]}\n`);
      return installerExit.usage;
    }
    const { request } = reading;
    if (!terminal.interactive && !request.yes && !request.dryRun) {
      process.stderr.write(`${ends.unattended[language]}\n`);
      return installerExit.usage;
    }
    return reportOutcome(await installFirstRelease(config, request, terminal), request, terminal);
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`directory: ${error.message}\n`);
      return installerExit.configuration;
    }
    if (error instanceof StoreAway) {
      process.stderr.write(`${describeOutage(error.store, error.code)[language]}\n`);
      return installerExit.unavailable;
    }
    // Its message may quote what belongs in no terminal: a defect is told by its name and place.
    const { name, stack } = error instanceof Error ? error : new Error('unknown');
    process.stderr.write(`${name}\n${stack?.split('\n').slice(1, 6).join('\n') ?? ''}\n`);
    return installerExit.unexpected;
  }
}

/** `--lang` wins, then the locale in POSIX order; anything that is not French is English. */
function chooseLanguage(args: readonly string[]): 'fr' | 'en' {
  const at = args.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  const asked = args[at] === '--lang' ? args[at + 1] : args[at]?.slice('--lang='.length);
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const locale = asked ?? [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== '');
  return /^fr(?:$|[_.@-])/i.test(locale ?? '') ? 'fr' : 'en';
}
