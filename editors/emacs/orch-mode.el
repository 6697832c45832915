;;; orch-mode.el --- Major mode for Orch change plans -*- lexical-binding: t -*-

;; Version: 0.1.0
;; Package-Requires: ((emacs "27.1"))
;; Keywords: languages
;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Colours, indentation, comments, imenu and formatting for `.orch' files.
;;
;;   (add-to-list 'load-path "/where/orch-mode.el/lies")
;;   (require 'orch-mode)
;;   (add-hook 'orch-mode-hook #'orch-format-on-save-mode)
;;
;; The lists of words are made from src/syntax/token.rs: `ORCH_UPDATE=1 cargo test --test editors made' writes the list
;; that follows each description.

;;; Code:

(require 'seq)
(require 'compile)

(defgroup orch nil
  "Orch change plans."
  :group 'languages)

(defcustom orch-program "orch"
  "The program that formats and checks."
  :type 'string)

(defcustom orch-indent-offset 2
  "How much deeper a line in a block stands."
  :type 'integer
  :safe #'integerp)

;;; Words

(defconst orch--declarations
  ;; words: declaration
  '("plan" "fn" "action" "probe" "uses" "import" "type" "const" "event" "extern" "test"))

(defconst orch--statements
  ;; words: statement + test statement
  '("goal" "let" "step" "task" "phase" "when" "decide" "option" "parallel" "branch" "for"
  "rollout" "gate" "require" "verify" "guard" "on" "wait" "approve" "emit" "attempt" "commit"
  "run" "after" "fail" "return" "unwind" "given" "expect"))

(defconst orch--clauses
  ;; words: clause + test clause + mark + answer + choice
  '("compensate" "confirm" "keyed" "takes" "risk" "retry" "backoff" "timeout" "by" "limit"
  "every" "tolerate" "until" "within" "where" "from" "times" "at" "under" "idempotent"
  "irreversible" "best_effort" "otherwise" "descending" "returns" "done" "fails" "hangs"
  "lost" "granted" "refused" "chooses" "crashes" "unknown" "undo" "pause" "step_back" "each"
  "always" "nothing" "operator" "before" "during" "fault" "crash" "called" "never"))

(defconst orch--expressions
  ;; words: expression + operator
  '("if" "then" "else" "match" "secret" "and" "or" "not" "in" "is" "as"))

(defconst orch--constants
  ;; words: constant
  '("true" "false" "none"))

(defconst orch--hard
  ;; words: hard + kept
  '("plan" "fn" "action" "probe" "goal" "let" "step" "task" "phase" "when" "decide" "option"
  "parallel" "branch" "for" "rollout" "gate" "require" "verify" "guard" "on" "wait" "approve"
  "emit" "attempt" "commit" "run" "after" "fail" "return" "unwind" "compensate" "if" "then"
  "else" "match" "secret" "and" "or" "not" "in" "is" "as" "true" "false" "none" "while" "loop"
  "try" "catch" "do"))

(defconst orch--soft
  ;; words: soft
  '("uses" "import" "type" "const" "event" "extern" "test" "given" "expect" "confirm" "keyed"
  "takes" "risk" "retry" "backoff" "timeout" "by" "limit" "every" "tolerate" "until" "within"
  "where" "from" "times" "at" "under" "idempotent" "irreversible" "best_effort" "otherwise"
  "descending" "returns" "done" "fails" "hangs" "lost" "granted" "refused" "chooses" "crashes"
  "unknown" "undo" "pause" "step_back" "each" "always" "nothing" "operator" "before" "during"
  "fault" "crash" "called" "never"))

(defconst orch--joining
  ;; words: clause + mark + operator
  '("compensate" "confirm" "keyed" "takes" "risk" "retry" "backoff" "timeout" "by" "limit"
  "every" "tolerate" "until" "within" "where" "idempotent" "irreversible" "best_effort"
  "otherwise" "descending" "and" "or" "not" "in" "is" "as"))

(defconst orch--complete
  ;; words: mark + choice + constant
  '("idempotent" "irreversible" "best_effort" "otherwise" "descending" "unknown" "undo" "pause"
  "step_back" "each" "always" "nothing" "operator" "before" "during" "fault" "crash" "called"
  "never" "true" "false" "none")
  "Words behind which nothing is due: a soft word behind them is no name.")

(defconst orch--answers
  ;; words: answer
  '("returns" "done" "fails" "hangs" "lost" "granted" "refused" "chooses" "crashes"))

(defconst orch--after
  '(("on" "unknown" "fail") ("unknown" "undo" "pause") ("fail" "undo" "pause" "step_back") ("after" "each")
    ("compensate" "nothing" "always" "best_effort") ("given" "operator") ("expect" "called" "never")
    ("under" "every") ("every" "fault" "crash") ("crashes" "before" "during" "after") ("parallel" "limit")
    ("wait" "until"))
  "Words, each with the soft words that it makes words of the language.")

;;; Syntax

(defvar orch-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?\" "." table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?% "_" table)
    (dolist (sign '(?+ ?- ?* ?= ?< ?> ?| ??))
      (modify-syntax-entry sign "." table))
    table))

(defun orch--fence (at)
  "Let the character at AT begin or end a piece of string."
  (put-text-property at (1+ at) 'syntax-table (string-to-syntax "|")))

(defun orch--skip-string (triple raw)
  "Go behind the piece of string around point, and fence its end.
TRIPLE and RAW say which quotes it stands in.
Return whether an interpolation follows."
  (let ((end (concat (if triple "\"\"\"" "\"\\|\n") (if raw "" "\\|\\\\.\\|{")))
        (going t)
        (interpolation nil))
    (while going
      (cond
       ((not (re-search-forward end nil 'move)) (setq going nil))
       ((eq (char-after (match-beginning 0)) ?\\))
       (t
        (setq interpolation (eq (char-before) ?{)
              going nil)
        (orch--fence (1- (point))))))
    interpolation))

(defun orch--propertize (start end)
  "Fence the strings between START and END.
What is interpolated is code between two pieces of string."
  (goto-char start)
  ;; The open interpolations: whether their string is triple, and how many braces are open in them.
  (let ((open nil))
    (while (and (< (point) end) (re-search-forward "//\\|\\(\\_<r\\)?\\(\"\"\"\\|\"\\)\\|[{}]" end t))
      (let ((found (char-before)) (triple nil) (piece nil))
        (cond
         ((eq found ?/) (end-of-line))
         ((eq found ?\")
          (setq triple (= (- (match-end 2) (match-beginning 2)) 3))
          (let ((raw (match-beginning 1)))
            (orch--fence (or raw (match-beginning 2)))
            (if raw
                (let ((from (point)))
                  (orch--skip-string triple t)
                  (orch--unescape from (point)))
              (setq piece t))))
         ((null open))
         ((eq found ?{) (setcdr (car open) (1+ (cdar open))))
         ((> (cdar open) 0) (setcdr (car open) (1- (cdar open))))
         (t
          (setq triple (car (pop open))
                piece t)
          (orch--fence (1- (point)))))
        (when (and piece (orch--skip-string triple nil))
          (push (cons triple 0) open))))))

(defun orch--unescape (start end)
  "Let backslashes between START and END mean nothing."
  (save-excursion
    (goto-char start)
    (while (search-forward "\\" end t)
      (put-text-property (1- (point)) (point) 'syntax-table (string-to-syntax ".")))))

(defvar orch--beginning (concat "^" (regexp-opt orch--declarations t) "[ \t]")
  "The beginning of a declaration.")

(defun orch--extend-region (start end)
  "Let fencing between START and END begin with the declaration around START."
  (goto-char start)
  (unless (or (bobp) (and (bolp) (looking-at-p orch--beginning)))
    (re-search-backward orch--beginning nil 'move)
    (cons (point) end)))

;;; Which words are words

(defun orch--accessor-before-p (at)
  "Whether the word at AT is behind a dot, so that it is a name."
  (and (eq (char-before at) ?.) (not (eq (char-before (1- at)) ?.))))

(defun orch--word-p (start end)
  "Whether the word between START and END is one of the language."
  (save-excursion
    (goto-char start)
    (let ((word (buffer-substring-no-properties start end)))
      (cond
       ((orch--accessor-before-p start) nil)
       ((save-excursion (goto-char end) (looking-at-p "[ \t]*:")) nil)
       ((member word orch--hard) t)
       ((eq (char-after end) ?\() nil)
       (t (orch--soft-word-p word end))))))

(defun orch--soft-word-p (word end)
  "Whether the soft WORD between point and END is a word of the language."
  (forward-comment (- (point)))
  (let ((before (char-before)) (next (orch--next end)))
    (cond
     ((null before) t)
     ((eq before ?{) (and (member word '("given" "expect")) (memq next '(name operand))))
     ((eq before ?:) (and (equal word "until") (looking-back "\\_<wait[ \t]+[a-z0-9_]+[ \t]*:" (line-beginning-position))))
     ((eq before ?>) (looking-back "\\(?:\\_<[A-Z][A-Za-z0-9]*\\|[>?}]\\)>" (line-beginning-position)))
     ((memq before '(?\( ?\[ ?, ?= ?< ?+ ?- ?* ?/ ?|)) nil)
     ((and (eq before ??) (eq (char-before (1- (point))) ??)) nil)
     ((and (eq before ?.) (eq (char-before (1- (point))) ?.)) nil)
     ((memq (char-syntax before) '(?w ?_)) (orch--word-behind-word-p word next))
     (t t))))

(defun orch--next (end)
  "What follows END: `name', `operand', `brace', `stage' or nil."
  (save-excursion
    (goto-char end)
    (skip-chars-forward " \t")
    (cond
     ((looking-at-p "\\(?:in\\|is\\|and\\|or\\|else\\)\\_>") nil)
     ((looking-at-p "->\\|for\\_>") 'stage)
     ((looking-at-p "[a-zA-Z_]") 'name)
     ((looking-at-p "{") 'brace)
     ((looking-at-p "[[0-9\"(]") 'operand))))

(defun orch--word-behind-word-p (word next)
  "Whether soft WORD behind the word that ends at point is one; NEXT follows it."
  (let* ((end (point))
         (start (save-excursion (skip-chars-backward "a-zA-Z0-9_%") (point)))
         (before (buffer-substring-no-properties start end)))
    (cond
     ((not (orch--word-at-p before start end)) (not (orch--first-stage-p start next)))
     ((and (equal before "after") (orch--behind-answer-p start)) t)
     ((member word (cdr (assoc before orch--after))) (orch--chosen-p before word next start))
     ((member before '("then" "not")) (and (member word orch--answers) (orch--answer-p before start)))
     ((member before '("returns" "chooses" "as" "operator")) nil)
     (t (or (member before orch--complete) (member before orch--answers))))))

(defun orch--word-at-p (text start end)
  "Whether TEXT between START and END is a word of the language."
  (and (or (member text orch--hard) (member text orch--soft)) (orch--word-p start end)))

(defun orch--behind-p (regexp at)
  "Whether what REGEXP matches is on the line, right before AT."
  (save-excursion (goto-char at) (looking-back (concat regexp "[ \t]*") (line-beginning-position))))

(defun orch--behind-answer-p (at)
  "Whether AT is behind `crashes' as an answer."
  (and (orch--behind-p "\\_<crashes" at)
       (save-excursion
         (goto-char at)
         (skip-chars-backward " \t")
         (orch--word-at-p "crashes" (- (point) (length "crashes")) (point)))))

(defun orch--first-stage-p (start next)
  "Whether the first stage of a rollout is behind START and before NEXT."
  (and (memq next '(stage brace)) (orch--behind-p "\\_<as" start)))

(defun orch--chosen-p (before word next start)
  "Whether WORD has the meaning that BEFORE, at START, gives it before NEXT."
  (pcase before
    ((or "given" "expect") (eq next 'name))
    ("compensate" (or (equal word "nothing") (memq next '(name brace))))
    ("wait" next)
    ("after" (orch--begins-statement-p start))
    ("every" (orch--behind-p "\\_<under" start))
    (_ t)))

(defun orch--begins-statement-p (at)
  "Whether no statement on the line goes on at AT."
  (not (orch--behind-p "\\_<\\(?:phase\\|for\\)\\_>.*" at)))

(defun orch--answer-p (before start)
  "Whether BEFORE, which begins at START, is part of a test."
  (if (equal before "not") (orch--behind-p "\\_<lost" start) (not (orch--behind-p "\\_<if\\_>.*" start))))

;;; Colours

(defun orch--face (new old)
  "The face NEW where this Emacs has it, else OLD."
  (if (facep new) new old))

(defun orch--match-word (words limit)
  "Find the next of WORDS before LIMIT that is a word of the language."
  (let ((regexp (regexp-opt words 'symbols)) (found nil))
    (while (and (not found) (re-search-forward regexp limit t))
      (let ((data (match-data)))
        (unless (nth 8 (save-excursion (syntax-ppss (match-beginning 0))))
          (setq found (orch--word-p (match-beginning 0) (match-end 0))))
        (set-match-data data)))
    found))

(defun orch--match-call (limit)
  "Find the next name before LIMIT that is called or declared to be."
  (let ((found nil))
    (while (and (not found) (re-search-forward "\\_<\\([a-z_][a-z0-9_]*\\)(" limit t))
      (setq found (not (and (member (match-string 1) orch--hard)
                            (not (orch--accessor-before-p (match-beginning 1)))))))
    found))

(defun orch--match-brace (limit)
  "Find the next brace of an interpolation before LIMIT."
  (let ((found nil))
    (while (and (not found) (re-search-forward "[{}]" limit t))
      (setq found (equal (get-text-property (1- (point)) 'syntax-table) (string-to-syntax "|"))))
    found))

(defun orch--match-escape (limit)
  "Find the next escape before LIMIT."
  (let ((found nil))
    (while (and (not found) (re-search-forward "\\\\\\(?:u{[0-9A-Fa-f]+}\\|[ntr0\\\"{}]\\)" limit t))
      (setq found (eq (nth 3 (save-excursion (syntax-ppss (match-beginning 0)))) t)))
    found))

(defun orch--words (words face)
  "A rule that shows WORDS in FACE."
  `(,(lambda (limit) (orch--match-word words limit)) 0 ',face))

(defvar orch-font-lock-keywords
  (list
   (list #'orch--match-brace 0 ''font-lock-preprocessor-face t)
   (list #'orch--match-escape 0 (list 'quote (orch--face 'font-lock-escape-face 'font-lock-constant-face)) t)
   (orch--words orch--declarations 'font-lock-keyword-face)
   (orch--words orch--statements 'font-lock-keyword-face)
   (orch--words orch--expressions 'font-lock-keyword-face)
   (orch--words orch--clauses 'font-lock-builtin-face)
   '("\\_<on\\s-+\\(fail\\)\\s-+\\(?:undo\\|pause\\|step_back\\)\\_>" 1 'font-lock-builtin-face t)
   (orch--words orch--constants 'font-lock-constant-face)
   (list #'orch--match-call 1 ''font-lock-function-name-face)
   '("\\_<\\(?:let\\|probe\\|step\\|task\\|run\\|for\\|as\\|phase\\|decide\\|option\\|branch\\|rollout\\|const\\)\\s-+\\([a-z_][a-z0-9_]*\\)\\_>\\(?:[^.(]\\|$\\)"
     1 'font-lock-variable-name-face)
   '("\\_<[A-Z][A-Za-z0-9]*\\_>" . 'font-lock-type-face)
   `("\\_<[0-9][0-9_]*\\(?:\\.[0-9]+\\)?\\(?:[A-Za-z%][A-Za-z0-9%]*\\)?"
     . ',(orch--face 'font-lock-number-face 'font-lock-constant-face)))
  "What is shown as what.")

(defun orch--syntactic-face (state)
  "The face of the string or comment of STATE."
  (cond
   ((nth 3 state) 'font-lock-string-face)
   ((save-excursion (goto-char (nth 8 state)) (looking-at-p "//\\(?:!\\|/\\(?:[^/]\\|$\\)\\)")) 'font-lock-doc-face)
   (t 'font-lock-comment-face)))

;;; Indentation

(defvar orch--going-on
  (concat "\\(?:" (regexp-opt orch--joining 'symbols) "\\(?:[ \t]*\\(?:[^] \t:=.(]\\|$\\)\\|[ \t]+(\\)"
          "\\|\\(?:then\\|else\\)\\_>\\|after[ \t]+\\(?:[^e]\\|e[^a]\\)\\|[-+*.|=<>?]\\|/[^/]\\|!=\\)")
  "The beginning of a line that goes on with the statement above it.")

(defconst orch--open-end
  "\\(?:[-+*/=|]\\|->\\|\\_<\\(?:and\\|or\\|not\\|in\\|is\\|then\\|else\\)\\)$"
  "The end of a line whose statement goes on in the next.")

(defun orch--code-above ()
  "Go to the line above that has code; nil if there is none."
  (let ((found nil))
    (while (and (not found) (zerop (forward-line -1)) (not (and (bobp) (eobp))))
      (back-to-indentation)
      (setq found (not (or (eolp) (looking-at-p "//")))))
    found))

(defun orch--code ()
  "The code of the line, without its comment."
  (save-excursion
    (end-of-line)
    (let ((state (syntax-ppss)))
      (when (nth 4 state) (goto-char (nth 8 state)))
      (skip-chars-backward " \t" (line-beginning-position))
      (buffer-substring-no-properties (line-beginning-position) (point)))))

(defun orch--bracket ()
  "Where the innermost bracket around the beginning of the line is, or nil."
  (save-excursion (nth 1 (syntax-ppss (line-beginning-position)))))

(defun orch--goes-on-p ()
  "Whether the line goes on with the statement above it."
  (save-excursion
    (back-to-indentation)
    (let ((going-on (looking-at-p orch--going-on))
          (header (cond ((looking-at-p "when\\_>") "option\\_>") ((looking-at-p "on\\_>") "plan\\_>")))
          (outermost (null (orch--bracket))))
      (and (orch--code-above)
           (let ((code (orch--code)))
             (cond
              ((string-suffix-p "," code) outermost)
              ((string-match-p "[[{(]$" code) nil)
              (t (or going-on (and header (looking-at-p header)) (string-match-p orch--open-end code)))))))))

(defun orch--above-ends-open-p ()
  "Whether the line above with code ends where a value is due."
  (save-excursion (and (orch--code-above) (string-match-p orch--open-end (orch--code)))))

(defun orch--to-beginning ()
  "Go to the line where the statement of the line begins.
For a method it is the line where its expression does."
  (back-to-indentation)
  (let ((method (looking-at-p "\\??\\.")) (outside (or (orch--bracket) 0)) (first t) (done nil))
    (while (and (not done) (orch--goes-on-p))
      (if (and method (not first) (orch--above-ends-open-p))
          (setq done t)
        (setq first nil)
        (orch--code-above)
        (while (> (or (orch--bracket) 0) outside) (goto-char (orch--bracket)))
        (back-to-indentation)
        (when (looking-at-p "[]})]")
          (goto-char (or (orch--bracket) (point-min))))))))

(defun orch--depth (bracket)
  "How deep the line of BRACKET stands.
A block belongs to its statement, an argument to its line."
  (save-excursion
    (goto-char bracket)
    (when (string-suffix-p "{" (orch--code)) (orch--to-beginning))
    (current-indentation)))

(defun orch--indentation ()
  "How deep the line is to stand, or nil inside of strings."
  (save-excursion
    (back-to-indentation)
    (let ((bracket (orch--bracket)) (closing (looking-at-p "[]})]")))
      (cond
       ((nth 3 (syntax-ppss (line-beginning-position))) nil)
       ((and (not closing) (orch--goes-on-p))
        (orch--to-beginning)
        (+ (current-indentation) orch-indent-offset))
       ((null bracket) 0)
       (t (+ (orch--depth bracket) (if closing 0 orch-indent-offset)))))))

(defun orch-indent-line ()
  "Indent the line."
  (interactive)
  (let ((column (orch--indentation)) (inside (> (current-column) (current-indentation))))
    (when column
      (if inside
          (save-excursion (indent-line-to column))
        (indent-line-to column)))))

;;; Formatting and checking

;;;###autoload
(defun orch-format-buffer ()
  "Format the buffer with `orch fmt -'; where it can't be read, nothing changes."
  (interactive)
  (let ((source (current-buffer)) (errors (make-temp-file "orch-fmt")))
    (unwind-protect
        (with-temp-buffer
          (let ((formatted (current-buffer)) (code nil))
            (with-current-buffer source
              (setq code (call-process-region nil nil orch-program nil (list formatted errors) nil "fmt" "-")))
            (if (eq code 0)
                (with-current-buffer source (replace-buffer-contents formatted))
              (insert-file-contents errors nil nil nil t)
              (message "%s" (string-trim (buffer-string))))))
      (delete-file errors))))

;;;###autoload
(define-minor-mode orch-format-on-save-mode
  "Format the buffer whenever it is saved."
  :lighter " fmt"
  (if orch-format-on-save-mode
      (add-hook 'before-save-hook #'orch-format-buffer nil t)
    (remove-hook 'before-save-hook #'orch-format-buffer t)))

(add-to-list 'compilation-error-regexp-alist-alist
             '(orch "^\\([^:\n]+\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\)\\[[EW][0-9]+\\]:" 1 2 3 (4)))
(add-to-list 'compilation-error-regexp-alist 'orch)

;;; The mode

(defvar orch-imenu-generic-expression
  '(("Plan" "^\\s-*plan\\s-+\\([a-z_][a-z0-9_]*\\)" 1)
    ("Phase" "^\\s-*phase\\s-+\\([a-z_][a-z0-9_]*\\)" 1)
    ("Action" "^\\s-*\\(?:extern\\s-+\\)?action\\s-+\\([a-z_][a-z0-9_]*\\)" 1)
    ("Probe" "^\\(?:extern\\s-+\\)?probe\\s-+\\([a-z_][a-z0-9_]*\\)" 1)
    ("Function" "^fn\\s-+\\([a-z_][a-z0-9_]*\\)" 1)
    ("Type" "^\\(?:type\\|event\\)\\s-+\\([A-Z][A-Za-z0-9]*\\)" 1)
    ("Test" "^test\\s-+\"\\([^\"]*\\)\"" 1))
  "The declarations and phases.")

;;;###autoload
(define-derived-mode orch-mode prog-mode "Orch"
  "Major mode for Orch change plans."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//+!?\\s-*")
  (setq-local comment-end "")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'orch-indent-line)
  (setq-local electric-indent-chars (append "{}()[]" electric-indent-chars))
  (setq-local syntax-propertize-function #'orch--propertize)
  (add-hook 'syntax-propertize-extend-region-functions #'orch--extend-region nil t)
  (setq-local font-lock-defaults
              '(orch-font-lock-keywords nil nil nil (font-lock-syntactic-face-function . orch--syntactic-face)))
  (setq-local imenu-generic-expression orch-imenu-generic-expression)
  (setq-local compile-command (concat orch-program " check --format short " (shell-quote-argument (or buffer-file-name "")))))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.orch\\'" . orch-mode))

(provide 'orch-mode)

;;; orch-mode.el ends here
