// The examples in the documents, which the tests run as they are written.
import { readFileSync } from 'node:fs';

/** The blocks of a document's code in a language. */
export const blocks = (file, language) =>
  [...readFileSync(new URL(`../../docs/${file}`, import.meta.url), 'utf8')
    .matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code);
