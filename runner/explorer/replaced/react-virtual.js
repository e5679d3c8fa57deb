// The combobox calls this for lists of many thousand options only, which GraphiQL never has.
export const useVirtualizer = () => ({});
