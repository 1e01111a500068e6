import { readFileSync } from 'node:fs';
import type { RunReport } from '../../src/web/index';

/** The data of a report. */
export function readReport(file: string): RunReport {
  const [, json = ''] = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(
    readFileSync(file, 'utf8'),
  )!;
  return JSON.parse(json) as RunReport;
}
