import { closeSync, existsSync, openSync, readFileSync, statSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type { RunReport } from '../../../web/index.js';
import { UsageError } from '../../io.js';
import { readPage, withData } from '../../pages/page.js';

/** How the data of a report begins in its page. */
const MARK = `{"reportOf":${JSON.stringify('gainsight-px deliver' satisfies RunReport['reportOf'])},`;

/** A larger file is not a report. */
const MAX_BYTES = 32 * 1024 * 1024;

/** Only the owner can read a new one, because texts of PX's answers may name users. */
const MODE = 0o600;

/** The file of `--report`: a page of its own, written once, at the end of a run. */
export class ReportFile {
  private constructor(
    readonly path: string,
    private readonly page: string,
    private readonly isNew: boolean,
  ) {}

  /**
   * Checks that the report can be written. It replaces a report of an earlier run, and nothing else.
   *
   * @param others files of the run, which the report must not replace
   * @throws UsageError when the file cannot be written, or holds something else
   */
  static open(file: string, others: readonly string[]): ReportFile {
    if (others.some((other) => path.resolve(other) === path.resolve(file))) {
      throw new UsageError(`${file} cannot be the report, too: name another file with --report`);
    }
    const isNew = !existsSync(file);
    try {
      if (!isNew) checkReplaceable(file);
      tryCreate(file);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      throw new UsageError(
        `cannot write the report ${file} (${code}): make its folder writable, or name another file with --report`,
      );
    }
    return new ReportFile(file, readPage('report'), isNew);
  }

  /** @throws the error of the file system */
  async write(report: RunReport): Promise<void> {
    // A report that is replaced keeps its mode.
    await writeFileAtomic(this.path, withData(this.page, report), this.isNew ? { mode: MODE } : {});
  }
}

function checkReplaceable(file: string): void {
  const stats = statSync(file);
  if (!stats.isFile()) {
    throw new UsageError(`${file} is not a regular file: name a file for the report with --report`);
  }
  if (stats.size === 0) return;
  if (stats.size > MAX_BYTES || !readFileSync(file, 'utf8').includes(MARK)) {
    throw new UsageError(
      `${file} holds something else than a report: name a new file with --report, or move it away`,
    );
  }
}

/** A file beside it, as the report itself begins. */
function tryCreate(file: string): void {
  const trial = `${file}.${process.pid}`;
  closeSync(openSync(trial, 'wx', MODE));
  unlinkSync(trial);
}
