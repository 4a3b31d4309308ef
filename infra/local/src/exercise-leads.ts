import type { CrimeArea, MessageRequest } from '@chappe/schemas';

interface ExerciseLead {
  title: string;
  text: string;
  urgency: 'URGENT' | 'ROUTINE';
  crimeAreas: CrimeArea[];
  place: string;
}

/** Invented leads of an exercise, sent one after the other. */
const leads: readonly ExerciseLead[] = [
  {
    title: 'Repérages autour d’une représentation',
    text: 'EXERCICE. Deux personnes photographient les accès et les horaires de relève. Renseignement inventé.',
    urgency: 'URGENT',
    crimeAreas: ['TERRORISM'],
    place: 'Djibouti',
  },
  {
    title: 'Hameçonnage visant des ressortissants',
    text: 'EXERCICE. Des courriels imitent le consulat et demandent des coordonnées bancaires. Renseignement inventé.',
    urgency: 'URGENT',
    crimeAreas: ['COMPUTER_CRIME', 'SWINDLING_AND_FRAUD'],
    place: 'Djibouti',
  },
  {
    title: 'Vols de véhicules revendus au port',
    text: 'EXERCICE. Deux véhicules volés auraient été chargés sur un navire marchand. Renseignement inventé.',
    urgency: 'ROUTINE',
    crimeAreas: ['MOTOR_VEHICLE_CRIME'],
    place: 'Djibouti',
  },
  {
    title: 'Recruteur en ligne',
    text: 'EXERCICE. Un compte propose un voyage et de l’argent à de jeunes expatriés. Renseignement inventé.',
    urgency: 'ROUTINE',
    crimeAreas: ['TERRORISM', 'COMPUTER_CRIME'],
    place: 'Djibouti',
  },
  {
    title: 'Faux documents de voyage',
    text: 'EXERCICE. Un lot de passeports falsifiés circulerait chez un transitaire. Renseignement inventé.',
    urgency: 'ROUTINE',
    crimeAreas: ['FORGERY_OF_ADMINISTRATIVE_DOCUMENTS'],
    place: 'Djibouti',
  },
  {
    title: 'Passage de migrants par la mer',
    text: 'EXERCICE. Un départ serait préparé pour la semaine prochaine. Renseignement inventé.',
    urgency: 'ROUTINE',
    crimeAreas: ['IMMIGRANT_SMUGGLING'],
    place: 'Obock',
  },
  {
    title: 'Objet archéologique proposé à la vente',
    text: 'EXERCICE. Une stèle proviendrait d’un site pillé. Renseignement inventé.',
    urgency: 'ROUTINE',
    crimeAreas: ['CULTURAL_GOODS_TRAFFICKING'],
    place: 'Djibouti',
  },
];

/** The n-th message of the exercise, from the post of Djibouti. */
export function exerciseLead(n: number): MessageRequest {
  const lead = leads[n % leads.length] ?? leads[0];
  if (lead === undefined) throw new Error('there are no exercise leads');
  return {
    kind: 'LEAD',
    status: 'EXERCISE',
    exerciseId: 'demonstration',
    activity: 'OPERATIONAL',
    urgency: lead.urgency,
    crimeAreas: lead.crimeAreas,
    countriesConcerned: ['DJ'],
    places: [{ country: 'DJ', name: lead.place }],
    classification: 'NOT_PROTECTED',
    language: 'fr',
    body: { title: lead.title, text: lead.text },
  };
}
