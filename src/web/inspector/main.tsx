import { render } from 'preact';
import '../parts/theme.css';
import { App } from './app.js';

render(<App />, document.getElementById('page')!);
