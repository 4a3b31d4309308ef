import { createHash } from 'node:crypto';
import { canonicalJson } from '../canonical-json.ts';
import type { Message } from '../generated/records.ts';
import { messageToJson } from '../json/project-message.ts';
import { digestOf } from './derive-ids.ts';

/** SHA-256 of the acting correspondent and of the RFC 8785 form of the parsed body with its `submissionId`, before defaults. */
export function computeRequestDigest(correspondent: string, bodyWithSubmissionId: unknown): string {
  return digestOf(correspondent, canonicalJson(bodyWithSubmissionId)).toString('hex');
}

/** SHA-256 of the RFC 8785 form of a variant's JSON: what a decision keeps instead of content. */
export function variantDigest(variant: Message): string {
  return createHash('sha256')
    .update(canonicalJson(messageToJson(variant)))
    .digest('hex');
}
