/** The languages that the command speaks. */
export type Language = 'en' | 'fr';

/** One text in both; written side by side so that neither is forgotten. */
export interface Text {
  readonly en: string;
  readonly fr: string;
}

/** `--lang` wins, then the profile, then the locale in POSIX order; anything that is not French is English. */
export function chooseLanguage(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
  ofProfile?: Language,
): Language {
  const asked = optionValue(args, '--lang');
  const locale =
    asked ??
    ofProfile ??
    [env.LC_ALL, env.LC_MESSAGES, env.LANG].find((value) => value !== undefined && value !== '');
  return /^fr(?:$|[_.@-])/i.test(locale ?? '') ? 'fr' : 'en';
}

/** The value of an option, before the command line is understood as a whole. */
export function optionValue(args: readonly string[], name: string): string | undefined {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  const arg = args[at] ?? '';
  return arg === name ? args[at + 1] : arg.slice(name.length + 1);
}
