/** A text in both languages of the users. */
export interface Text {
  fr: string;
  en: string;
}

/** The language that the environment asks for: French when LANG says so, English otherwise. */
export function languageOf(env: NodeJS.ProcessEnv): keyof Text {
  const wanted = env.LC_ALL || env.LC_MESSAGES || env.LANG || '';
  return wanted.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}
