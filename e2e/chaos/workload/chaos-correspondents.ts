/** Correspondents of the invented demonstration directory that take part in a chaos run. */
export const posts = ['post:DJ', 'post:CI', 'post:SN', 'post:LB', 'post:CO', 'post:TH', 'post:MA'] as const;

/** The desks of the central echelon. */
export const desks = ['desk:counter-terrorism', 'desk:trafficking', 'desk:cyber', 'desk:duty'] as const;

/** The desk that gets what no rule places elsewhere. */
export const dutyDesk = 'desk:duty';
