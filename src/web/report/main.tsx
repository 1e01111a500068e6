import { render } from 'preact';
import '../parts/theme.css';
import '../parts/names.css';
import { readData } from '../parts/page-data.js';
import { preparePrinting } from '../parts/chart/look.js';
import type { RunReport } from '../data/report.js';
import { App } from './app.js';
import './report.css';

preparePrinting();
const report = readData() as RunReport | null;
render(
  report === null ? (
    <p>This page is empty: gainsight-px deliver --report fills it.</p>
  ) : (
    <App report={report} />
  ),
  document.getElementById('page')!,
);
