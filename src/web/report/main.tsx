import { render } from 'preact';
import '../parts/theme.css';

render(<p>report</p>, document.getElementById('page')!);
