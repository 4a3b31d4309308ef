import { describe, expect, it } from 'vitest';
import { preferredLanguage, renderLoginPage } from './login-page.ts';

describe('the log-in page', () => {
  it('speaks the language the browser prefers, French by default', () => {
    expect(preferredLanguage(undefined)).toBe('fr');
    expect(preferredLanguage('de-DE,en-GB;q=0.9,fr;q=0.8')).toBe('en');
    expect(preferredLanguage('fr-FR,en;q=0.5')).toBe('fr');
  });

  it('shows what was typed as text, never as markup', () => {
    const page = renderLoginPage({
      language: 'en',
      action: '/a?b=1&c="',
      username: '"><script>x</script>',
      failed: true,
    });
    expect(page).not.toContain('<script>');
    expect(page).toContain('value="&#34;&#62;&#60;script&#62;x&#60;/script&#62;"');
    expect(page).toContain('action="/a?b=1&#38;c=&#34;"');
    expect(page).toContain('role="alert"');
  });

  it('asks somebody who is signed in only to go on', () => {
    const page = renderLoginPage({ language: 'fr', action: '/x', signedInAs: 'officer' });
    expect(page).not.toContain('type="password"');
    expect(page).toContain('Continuer');
  });
});
