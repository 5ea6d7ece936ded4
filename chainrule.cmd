@echo off
rem Runs the command line from a checkout: builds it in Release when a source is newer than the last build, then
rem passes the arguments and the exit code through. Works from any folder. The bash form beside it does the same.
setlocal
set "root=%~dp0"
set "program=%root%artifacts\bin\ChainRule.Cli\release\ChainRule.Cli.dll"
set "stamp=%root%artifacts\chainrule.stamp"

dotnet --list-sdks 2>nul | findstr /b "10\.0\." >nul
if errorlevel 1 (
    echo chainrule: the .NET 10 SDK is needed; install it from https://dotnet.microsoft.com/download/dotnet/10.0 1>&2
    exit /b 1
)

if not exist "%program%" goto build
if not exist "%stamp%" goto build
powershell -NoProfile -Command "$s = (Get-Item $env:stamp).LastWriteTimeUtc; $f = @(Get-ChildItem -Recurse -LiteralPath ($env:root + 'src')) + @(Get-Item ($env:root + '*.props'), ($env:root + 'global.json')); if ($f.Where({ $_.LastWriteTimeUtc -gt $s }, 'First')) { exit 1 }"
if not errorlevel 1 goto run

:build
if not exist "%root%artifacts" mkdir "%root%artifacts"
type nul > "%stamp%.new"
dotnet build "%root%src\ChainRule.Cli\ChainRule.Cli.csproj" -c Release -nologo -clp:ErrorsOnly > "%stamp%.log" 2>&1
if errorlevel 1 (
    type "%stamp%.log" 1>&2
    echo chainrule: the build failed 1>&2
    exit /b 1
)
move /y "%stamp%.new" "%stamp%" >nul

:run
dotnet exec "%program%" %*
exit /b %errorlevel%
