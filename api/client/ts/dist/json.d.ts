/** Reads JSON. Decimals by name are strings; other numbers are numbers if they are whole and safe, else strings. Throws SyntaxError. */
export declare function parse(text: string): unknown;
/** Writes JSON. Decimals by name are written as numbers from strings; one that is none throws TypeError. What is undefined is left out. */
export declare function stringify(value: unknown, name?: string): string;
