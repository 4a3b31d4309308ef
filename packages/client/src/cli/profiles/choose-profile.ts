import { UsageError } from '../usage-error.ts';
import { type Profile, readProfiles } from './profile-file.ts';

/** A profile with its name. */
export interface ChosenProfile {
  readonly name: string;
  readonly profile: Profile;
}

/** What may name a profile, and what speaks against the one that is only in use. */
export interface ProfileWish {
  readonly asked: string | undefined;
  /** The address that was named, if one was. */
  readonly url: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The profile that is asked for (`--profile`, CHAPPE_PROFILE), else the one in use. That one gives way to another
 * address and to a stack that the environment names; one that is asked for does not, so that no command goes
 * elsewhere than where it was sent, and no credentials either.
 */
export async function chooseProfile({ asked, url, env }: ProfileWish): Promise<ChosenProfile | undefined> {
  const wanted = asked ?? (env.CHAPPE_PROFILE === '' ? undefined : env.CHAPPE_PROFILE);
  if (wanted === undefined && (env.CHAPPE_STACK ?? '') !== '') return undefined;
  const { current, profiles } = await readProfiles(env);
  const name = wanted ?? current;
  if (name === undefined) return undefined;
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (profile === undefined) throw noProfile(name, Object.keys(profiles));
  if (url === undefined || originOf(url) === originOf(profile.url)) return { name, profile };
  if (wanted === undefined) return undefined;
  throw new UsageError(
    {
      en: `the profile ${name} is for ${profile.url}, not for ${url}`,
      fr: `le profil ${name} vaut pour ${profile.url}, pas pour ${url}`,
    },
    {
      en: 'leave --url and CHAPPE_URL out, or choose another profile',
      fr: 'omettez --url et CHAPPE_URL, ou choisissez un autre profil',
    },
  );
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url;
}

function noProfile(name: string, known: readonly string[]): UsageError {
  const choices = known.join(', ') || '—';
  return new UsageError(
    { en: `there is no profile ${name}`, fr: `il n'y a pas de profil ${name}` },
    {
      en: `choose one of: ${choices}; or add it with chappe profile add`,
      fr: `choisissez parmi : ${choices} ; ou ajoutez-le avec chappe profile add`,
    },
  );
}
