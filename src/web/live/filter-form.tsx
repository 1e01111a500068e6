import { NO_FILTERS, type Filters } from './live-state.js';

interface FilterFormProps {
  readonly filters: Filters;
  readonly onFilters: (filters: Filters) => void;
}

const FIELDS: readonly (readonly [name: keyof Filters, label: string])[] = [
  ['user', 'User or account'],
  ['code', 'Code or result'],
  ['event', 'Event name or type'],
];

/** The filters: parts of texts, in any case. An event must match each of them. */
export function FilterForm({ filters, onFilters }: FilterFormProps) {
  const isFiltered = Object.values(filters).some((text) => text !== '');
  return (
    <form
      class="filters"
      role="search"
      aria-label="Filter events"
      onSubmit={(event) => {
        event.preventDefault();
      }}
    >
      {FIELDS.map(([name, label]) => (
        <label key={name}>
          {label}
          <input
            type="search"
            maxLength={200}
            autocomplete="off"
            spellcheck={false}
            value={filters[name]}
            onInput={({ currentTarget }) => {
              onFilters({ ...filters, [name]: currentTarget.value });
            }}
          />
        </label>
      ))}
      <button
        type="button"
        disabled={!isFiltered}
        onClick={() => {
          onFilters(NO_FILTERS);
        }}
      >
        Clear
      </button>
    </form>
  );
}
