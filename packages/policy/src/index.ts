export { type Action, type Obligation, type Relation, relations } from './actions.ts';
export { type AudienceClause, type AudiencePredicate, audience, isInAudience } from './audience.ts';
export { type AudienceColumns, audienceSql } from './audience-sql.ts';
export { isCovered } from './covers-path.ts';
export { type DenyCode, decide, type PolicyDecision } from './decide.ts';
export { type Entitlement, entitle } from './entitle.ts';
export {
  type MarkingProfile,
  markingProfiles,
  type ProfileContradiction,
  profileContradictions,
  withMarkingProfile,
} from './marking-profiles.ts';
export {
  type ActionRow,
  type Cell,
  type Matrix,
  type MatrixRoute,
  matrix,
  policyVersion,
} from './matrix.ts';
export type { DeliveryRelation, RecipientOrigin, RecipientProfile } from './recipient-profile.ts';
export { isReleasablePart } from './releasable-part.ts';
export { renderVariant } from './render-variant.ts';
export {
  type CorrespondentResource,
  type MessageMarkings,
  type MessageResource,
  markingsOf,
  messageResource,
  type Resource,
  type SubmissionResource,
} from './resource.ts';
export { classificationRank, clearanceRank, isWithinCeiling } from './restrictiveness.ts';
export { alwaysWithheldFromRecipients } from './rules/withholding.ts';
export type { StepText } from './step-texts.ts';
export { type Step, type StepCode, stepCodes, stepText } from './steps.ts';
export { blindRoles, type Role, roles, type Subject, type SubjectGrant } from './subject.ts';
export type { Withheld } from './withhold.ts';
