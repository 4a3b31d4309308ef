import { uuidV7 } from '@chappe/client';

/** A lead of about 700 bytes as a post's client sends it; invented, and marked as an exercise. */
export function inventedLead(): string {
  return JSON.stringify({
    submissionId: uuidV7(),
    kind: 'LEAD',
    status: 'EXERCISE',
    exerciseId: 'EXERCISE-BENCH',
    activity: 'OPERATIONAL',
    urgency: 'ROUTINE',
    classification: 'RESTRICTED',
    crimeAreas: ['TERRORISM'],
    countriesConcerned: ['DJ'],
    body: {
      title: 'Invented sighting near the old quay',
      text: 'Two invented persons were seen unloading crates from an invented boat. '.repeat(5),
      callback: 'duty desk',
    },
  });
}
