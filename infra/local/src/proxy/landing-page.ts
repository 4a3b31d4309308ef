/** The page at the root of the public origin of the demonstration. */
export function landingPage(language: 'fr' | 'en'): string {
  const text = texts[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Chappe</title>
<style>
:root { color-scheme: light dark; font: 1rem/1.6 system-ui, sans-serif; }
main { width: min(42rem, 90vw); margin: 4rem auto; }
code { background: color-mix(in srgb, currentcolor 10%, transparent); padding: .1rem .3rem; }
</style>
</head>
<body>
<main>
<h1>Chappe</h1>
<p>${text.what}</p>
<p><strong>${text.demonstration}</strong></p>
<ul>
<li><a href="/docs">${text.docs}</a></li>
<li><a href="/openapi.json">OpenAPI 3.1</a></li>
</ul>
<p>${text.command} <code>npm run -s chappe -- --help</code></p>
</main>
</body>
</html>
`;
}

const texts = {
  fr: {
    what: 'Échange de messages opérationnels entre les postes et l’échelon central.',
    demonstration: 'Plateforme de démonstration sur cette machine : services et personnes inventés.',
    docs: 'Documentation de l’interface, à essayer sur place',
    command: 'En ligne de commande :',
  },
  en: {
    what: 'Exchange of operational messages between posts and a central echelon.',
    demonstration: 'A demonstration stack on this machine: invented services and persons.',
    docs: 'Documentation of the interface, to be tried on the spot',
    command: 'On the command line:',
  },
} as const;
