;;; emacs.el --- What Emacs shows with orch-mode, and how it indents -*- lexical-binding: t -*-

;; Usage: emacs -Q --batch -l ~/.emacs.d/init.el -l tests/editors/emacs.el, in the root of the project, where the home is
;; as docs/editors.md makes it and $ORCH_EDITORS is the folder of soft-words.tsv.

(setq byte-compile-error-on-warn t
      make-backup-files nil)
(defvar wrong nil)
(defun wrong (format &rest arguments)
  (push (apply #'format format arguments) wrong))

(require 'bytecomp)
(let ((byte-compile-dest-file-function (lambda (_) (make-temp-file "orch-mode" nil ".elc"))))
  (unless (byte-compile-file "editors/emacs/orch-mode.el") (wrong "orch-mode.el does not compile without warnings")))

(defconst kinds
  '(("doc" font-lock-doc-face)
    ("comment" font-lock-comment-face font-lock-comment-delimiter-face)
    ("declaration" font-lock-keyword-face)
    ("statement" font-lock-keyword-face)
    ("clause" font-lock-builtin-face)
    ("expression" font-lock-keyword-face)
    ("operator" font-lock-keyword-face nil)
    ("constant" font-lock-constant-face)
    ("type" font-lock-type-face)
    ("call" font-lock-function-name-face)
    ("name" font-lock-variable-name-face nil)
    ("string" font-lock-string-face)
    ("escape" font-lock-escape-face font-lock-constant-face)
    ("number" font-lock-number-face font-lock-constant-face))
  "The faces that each kind of thing may have.")

(defun face ()
  (let ((face (get-text-property (point) 'face)))
    (if (consp face) (car face) face)))

(defmacro with-program (file &rest body)
  (declare (indent 1))
  `(with-temp-buffer
     (insert-file-contents ,file)
     (orch-mode)
     (font-lock-ensure)
     ,@body))

(defun check-mode ()
  "A file is opened in the mode."
  (with-current-buffer (find-file-noselect "examples/order_saga/order.orch")
    (unless (eq major-mode 'orch-mode) (wrong "a program is opened in %s" major-mode))))

(defun check-marks ()
  (with-program "tests/editors/highlights.orch"
    (goto-char (point-min))
    (let ((above (point)) (count 0))
      (while (not (eobp))
        (if (not (looking-at "^\\s-*//\\(?: <-\\|\\s-*\\(\\^+\\)\\) \\([a-z]+\\)$"))
            (setq above (point))
          (setq count (1+ count))
          (let* ((carets (match-string 1)) (kind (match-string 2))
                 (column (if carets (- (match-beginning 1) (point)) (current-indentation))))
            (save-excursion
              (dotimes (at (max (length carets) 1))
                (goto-char (+ above column at))
                (unless (memq (face) (cdr (assoc kind kinds)))
                  (wrong "highlights.orch:%d:%d: %s is %s" (line-number-at-pos) (1+ (current-column)) kind (face)))))))
        (forward-line))
      (when (< count 100) (wrong "only %d marks" count)))))

(defun check-editing ()
  "What is typed and taken back leaves everything as it was."
  (with-program "tests/editors/highlights.orch"
    (let ((faces (lambda () (mapcar (lambda (at) (get-text-property at 'face)) (number-sequence 1 (1- (point-max)))))))
      (let ((before (funcall faces)))
        (dolist (typed '("\"" "{" "}" "\"\"\"" "//"))
          (dolist (part '(2 3 4 5 7))
            (goto-char (/ (point-max) part))
            (insert typed)
            (font-lock-ensure)
            (delete-char (- (length typed)))
            (font-lock-ensure)
            (unless (equal (funcall faces) before) (wrong "%s typed and taken back at %d" typed (point)))))))))

(defun check-soft-words ()
  (let ((folder (getenv "ORCH_EDITORS")) (files nil) (count 0))
    (with-temp-buffer
      (insert-file-contents (expand-file-name "soft-words.tsv" folder))
      (dolist (row (split-string (buffer-string) "\n" t))
        (push (cdr (split-string row "\t")) (alist-get (car (split-string row "\t")) files nil nil #'equal))
        (setq count (1+ count))))
    (when (< count 500) (wrong "only %d soft words" count))
    (dolist (file files)
      (with-program (expand-file-name (car file) folder)
        (dolist (row (reverse (cdr file)))
          (pcase-let ((`(,line ,column ,word ,is) row))
            (goto-char (point-min))
            (forward-line (1- (string-to-number line)))
            (forward-char (1- (string-to-number column)))
            (unless (eq (and (memq (face) '(font-lock-keyword-face font-lock-builtin-face)) t) (equal is "word"))
              (wrong "%s:%s:%s: %s is a %s, shown as %s" (car file) line column word is (face)))))))))

(defun check-indentation ()
  "Programs that are indented anew are as they were."
  (let ((programs (append (file-expand-wildcards "tests/corpus/programs/*.orch")
                          (file-expand-wildcards "examples/*/*.orch"))))
    (when (< (length programs) 8) (wrong "only %d programs" (length programs)))
    (dolist (program programs)
      (with-program program
        (let ((before (split-string (buffer-string) "\n")) (inhibit-message t))
          (goto-char (point-min))
          (while (re-search-forward "^ +" nil t)
            (unless (save-match-data (nth 3 (save-excursion (syntax-ppss (match-beginning 0)))))
              (replace-match "")))
          (indent-region (point-min) (point-max))
          (let ((line 0) (after (split-string (buffer-string) "\n")))
            (dolist (text after)
              (unless (equal text (nth line before)) (wrong "%s:%d: indented as \"%s\"" program (1+ line) text))
              (setq line (1+ line)))))))))

(defun check-comments ()
  (with-temp-buffer
    (insert "plan p() {\n  goal \"x\"\n}\n")
    (orch-mode)
    (goto-char (point-min))
    (forward-line 1)
    (comment-line 1)
    (unless (equal (buffer-string) "plan p() {\n  // goal \"x\"\n}\n") (wrong "commented as %S" (buffer-string)))))

(defun check-formatting ()
  "`orch fmt -' is asked, and where it fails nothing changes."
  (pcase-dolist (`(,text ,expected) '(("plan   p() {\n}\n" "plan p() { }\n") ("plan   {" "plan   {")))
    (with-temp-buffer
      (insert text)
      (orch-mode)
      (let ((inhibit-message t)) (orch-format-buffer))
      (unless (equal (buffer-string) expected) (wrong "%S is formatted as %S" text (buffer-string))))))

(defun check-compilation ()
  "What `orch check' prints becomes places."
  (with-current-buffer (find-file-noselect "tests/editors/late.orch")
    (let ((command compile-command) (places nil))
      (with-temp-buffer
        (call-process-shell-command command nil t)
        (goto-char (point-min))
        (while (re-search-forward (cadr (assq 'orch compilation-error-regexp-alist-alist)) nil t)
          (push (list (file-name-nondirectory (match-string 1)) (match-string 2) (match-string 3)) places)))
      (unless (equal (reverse places) '(("late.orch" "14" "13") ("late.orch" "15" "17")))
        (wrong "orch check is read as %S" (reverse places))))))

(check-mode)
(check-marks)
(check-editing)
(check-soft-words)
(check-indentation)
(check-comments)
(check-formatting)
(check-compilation)
(dolist (line (reverse wrong)) (princ (concat line "\n")))
(kill-emacs (if wrong 1 0))
