import type { ProgressListener } from '../progress.ts';
import type { UnitEvent } from './unit.ts';

/** Puts what happened to a process into words. */
export function tellUnitEvent(event: UnitEvent, onProgress: ProgressListener): void {
  if (event.what === 'started') return;
  const { unit } = event;
  if (event.what === 'serving-again') {
    const seconds = (event.afterMs / 1000).toFixed(1);
    onProgress({
      what: 'note',
      text: {
        en: `${unit} serves again after ${seconds} s`,
        fr: `${unit} sert à nouveau après ${seconds} s`,
      },
    });
    return;
  }
  const pause = event.restartInMs === null ? null : event.restartInMs / 1000;
  const next = {
    en: pause === null ? 'it is left as it is' : `restarting it in ${pause} s`,
    fr: pause === null ? 'il reste en l’état' : `redémarrage dans ${pause} s`,
  };
  onProgress({
    what: 'trouble',
    text: {
      en: `${unit} ended (${event.how}); ${next.en}`,
      fr: `${unit} s’est arrêté (${event.how}) ; ${next.fr}`,
    },
    lines: event.lastLines,
  });
}
