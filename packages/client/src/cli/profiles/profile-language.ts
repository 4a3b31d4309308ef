import { type Language, optionValue } from '../language.ts';
import { chooseProfile } from './choose-profile.ts';

/** The language of the profile in use. A fault of the profile is told by the command that needs it, not here. */
export async function profileLanguage(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<Language | undefined> {
  try {
    const wish = {
      asked: optionValue(args, '--profile'),
      url: optionValue(args, '--url') ?? env.CHAPPE_URL,
      env,
    };
    return (await chooseProfile(wish))?.profile.language;
  } catch {
    return undefined;
  }
}
