import { render } from 'preact';
import '../parts/theme.css';
import '../parts/names.css';
import { App } from './app.js';
import './live.css';

render(<App />, document.getElementById('page')!);
