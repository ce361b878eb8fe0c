; Installer for Windows: Inno Setup 6, after packaging\build.py has made the folder.
;   iscc /DVersion=0.1.0 /DBundle=C:\path\to\dist\densight packaging\windows\densight.iss
#ifndef Version
  #error Say which version: /DVersion=...
#endif
#ifndef Bundle
  #error Say where the frozen program is: /DBundle=...
#endif

[Setup]
AppId={{5B5B7C0E-6C53-4F9A-9E55-3E0A7C1B7A42}
AppName=Densight
AppVersion={#Version}
AppPublisher=The Densight developers
DefaultDirName={autopf}\Densight
DefaultGroupName=Densight
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\..\LICENSE
OutputBaseFilename=densight-{#Version}-setup
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes
UninstallDisplayIcon={app}\densight-window.exe

[Tasks]
Name: associate; Description: "Open powder patterns (.xrdml, .xye, .ras) with Densight"
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "{#Bundle}\*"; DestDir: "{app}"; Flags: recursesubdirs createallsubdirs ignoreversion

[Icons]
Name: "{group}\Densight"; Filename: "{app}\densight-window.exe"
Name: "{autodesktop}\Densight"; Filename: "{app}\densight-window.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\Densight.Session\shell\open\command"; ValueType: string; ValueData: """{app}\densight-window.exe"" ""%1"""; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\.densight"; ValueType: string; ValueData: "Densight.Session"; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\Densight.Pattern\shell\open\command"; ValueType: string; ValueData: """{app}\densight-window.exe"" ""%1"""; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.xrdml\OpenWithProgids"; ValueType: string; ValueName: "Densight.Pattern"; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.xye\OpenWithProgids"; ValueType: string; ValueName: "Densight.Pattern"; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.ras\OpenWithProgids"; ValueType: string; ValueName: "Densight.Pattern"; Flags: uninsdeletevalue; Tasks: associate
