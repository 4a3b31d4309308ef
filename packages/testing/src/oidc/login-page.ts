/** The languages of the log-in page. */
export type PageLanguage = 'fr' | 'en';

/** What the page has to show. */
export interface LoginPage {
  language: PageLanguage;
  action: string;
  /** Only asks to go on: somebody is signed in already. */
  signedInAs?: string;
  username?: string;
  failed?: boolean;
}

const texts = {
  fr: {
    title: 'Chappe : connexion',
    notice: 'Plateforme de démonstration : comptes inventés, rien de réel.',
    username: 'Identifiant',
    password: 'Mot de passe',
    submit: 'Se connecter',
    goOn: 'Continuer',
    as: 'Connecté en tant que',
    failed: 'Identifiant ou mot de passe incorrect.',
    hint: 'Les comptes sont ceux que npm start affiche.',
  },
  en: {
    title: 'Chappe: sign in',
    notice: 'Demonstration stack: invented accounts, nothing real.',
    username: 'User name',
    password: 'Password',
    submit: 'Sign in',
    goOn: 'Continue',
    as: 'Signed in as',
    failed: 'Wrong user name or password.',
    hint: 'The accounts are those that npm start prints.',
  },
} as const;

/** The languages the browser asks for, French unless it prefers English. */
export function preferredLanguage(acceptLanguage: string | undefined): PageLanguage {
  const first = (acceptLanguage ?? '')
    .split(',')
    .map((part) => part.trim().slice(0, 2).toLowerCase())
    .find((language) => language === 'fr' || language === 'en');
  return first === 'en' ? 'en' : 'fr';
}

/** The page as HTML: one form, no script, usable by keyboard, screen reader and command line. */
export function renderLoginPage(page: LoginPage): string {
  const text = texts[page.language];
  const form =
    page.signedInAs === undefined
      ? `<label for="username">${text.username}</label>
<input id="username" name="username" type="text" value="${escapeHtml(page.username ?? '')}" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus>
<label for="password">${text.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">${text.submit}</button>
<p>${text.hint}</p>`
      : `<p>${text.as} <strong>${escapeHtml(page.signedInAs)}</strong></p>
<button type="submit">${text.goOn}</button>`;
  return `<!doctype html>
<html lang="${page.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { display: grid; place-items: center; min-height: 100vh; margin: 0; }
main { width: min(22rem, 90vw); }
h1 { font-size: 1.4rem; }
label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
input, button { padding: .5rem; margin: .2rem 0 1rem; }
.failed { border-left: .3rem solid #c00; padding-left: .6rem; }
</style>
</head>
<body>
<main>
<h1>${text.title}</h1>
<p>${text.notice}</p>
${page.failed ? `<p class="failed" role="alert">${text.failed}</p>` : ''}
<form method="post" action="${escapeHtml(page.action)}">
${form}
</form>
</main>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
