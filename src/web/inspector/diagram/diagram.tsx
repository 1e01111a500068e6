import type { RequestPlan, Step } from '../../../core/index.js';
import { answerWords } from './answer-words.js';
import { DELIVERED, edgesOf, FAILED, takenEdges } from './edges.js';
import { layOut, type Box, type Line } from './layout.js';
import { ANSWERS, isSentAgain, MAX_ATTEMPTS, type AnswerName, type Answers, type Walk } from '../walk.js';

interface Props {
  readonly plan: RequestPlan;
  readonly answers: Answers;
  readonly walk: Walk;
  readonly onAnswer: (step: string, answer: AnswerName) => void;
}

/** The plan as boxes and arrows, with a control for PX's answer in each box. The sentences beside it say the same in words. */
export function Diagram({ plan, answers, walk, onAnswer }: Props) {
  const isDelivered = walk.end.to === 'delivered';
  const { width, height, boxes, lines } = layOut(plan, edgesOf(plan));
  // Each is an edge of the plan, with the answer that was given in place of its statuses.
  const taken = takenEdges(walk.visited, isDelivered).map((edge) => ({
    ...lines.find(({ from, to }) => from === edge.from && to === edge.to)!,
    label: edge.label,
  }));
  const last = walk.visited.at(-1)!;
  const isTaken = (line: Line): boolean => taken.some(({ from, to }) => from === line.from && to === line.to);
  const end = (id: string, text: string, isReached: boolean) => (
    <div
      class={`end ${isReached ? (id === DELIVERED ? 'good' : 'bad') : 'soft'}`}
      style={styleOf(boxes.get(id)!)}
    >
      {text}
    </div>
  );
  return (
    <div class="diagram" style={{ width: `${width}px`, height: `${height}px` }}>
      <svg width={width} height={height} aria-hidden="true" focusable="false">
        <defs>
          <Arrow id="arrow" />
          <Arrow id="arrow-taken" />
        </defs>
        {lines
          .filter((line) => !isTaken(line))
          .map((line) => (
            <Edge key={`${line.from} ${line.to}`} line={line} label={line.label} isTaken={false} />
          ))}
        {taken.map((line) => {
          const times = line.from === last.step.id && isSentAgain(last) ? ` ×${MAX_ATTEMPTS}` : '';
          return <Edge key={`${line.from} ${line.to}`} line={line} label={line.label + times} isTaken />;
        })}
      </svg>
      {plan.steps.map((step) => (
        <div
          key={step.id}
          class={`step ${walk.visited.some((at) => at.step.id === step.id) ? 'reached' : ''}`}
          style={styleOf(boxes.get(step.id)!)}
        >
          <label>
            <b>{step.id}</b>
            <span class="unseen">: the answer of PX</span>
            <Answer step={step} answer={answers[step.id] ?? 'ok'} onAnswer={onAnswer} />
          </label>
        </div>
      ))}
      {end(DELIVERED, 'delivered', isDelivered)}
      {end(FAILED, 'not delivered', !isDelivered)}
    </div>
  );
}

function Answer({
  step,
  answer,
  onAnswer,
}: { readonly step: Step; readonly answer: AnswerName } & Pick<Props, 'onAnswer'>) {
  return (
    <select
      value={answer}
      onChange={({ currentTarget }) => onAnswer(step.id, currentTarget.value as AnswerName)}
    >
      {ANSWERS.map((name) => (
        <option key={name} value={name}>
          {answerWords(step, name)}
        </option>
      ))}
    </select>
  );
}

function Edge({
  line,
  label,
  isTaken,
}: {
  readonly line: Line;
  readonly label: string;
  readonly isTaken: boolean;
}) {
  return (
    <g class={isTaken ? 'taken' : undefined}>
      <path d={line.d} marker-end={isTaken ? 'url(#arrow-taken)' : 'url(#arrow)'} />
      <text x={line.labelAt.x} y={line.labelAt.y}>
        {label}
      </text>
    </g>
  );
}

function Arrow({ id }: { readonly id: string }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="6"
      refY="4"
      markerWidth="8"
      markerHeight="8"
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path d="M0 0L8 4L0 8z" />
    </marker>
  );
}

function styleOf({ x, y, width, height }: Box) {
  return { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` };
}
