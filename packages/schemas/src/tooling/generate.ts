import { readFileSync, writeFileSync } from 'node:fs';
import { readSources } from './assemble-sources.ts';
import { generateCodes, generateJsonTypes, generateKinds, generateRecords } from './generate-types.ts';

const packageFolder = new URL('../../', import.meta.url);
const avroFolder = new URL('avro/', packageFolder);
const generatedFolder = new URL('src/generated/', packageFolder);

const sources = readSources(avroFolder);
const files: Record<string, string> = {
  'codes.ts': generateCodes(sources),
  'records.ts': generateRecords(sources),
  'kinds.ts': generateKinds(sources),
  'json.ts': generateJsonTypes(sources),
};
for (const [name, text] of Object.entries(files)) {
  writeFileSync(new URL(name, generatedFolder), text);
}
void readFileSync;
